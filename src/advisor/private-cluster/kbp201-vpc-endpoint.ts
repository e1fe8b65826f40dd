import type { AccountNetwork, VpcEndpoint } from "../facts/account.ts";
import type { ExpectedEndpoint } from "../facts/endpoint-list.ts";
import type { Facts } from "../facts/facts.ts";
import { isPrivateNetwork, nodeSubnets, privateReason, routeTableOf } from "../facts/private-network.ts";
import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const vpcEndpoint: Rule = {
  id: "KBP201",
  name: "vpc-endpoint",
  severity: "error",
  requirements: ["R31", "R32", "R34", "R39", "R41"],
  needs: ["account"],
  document: {
    what: "A private cluster lacks one of the VPC endpoints ec2, ecr.api, ecr.dkr, s3, sts, ssm; (or of the list that --endpoints gives); or sqs with a queue, eks without aws.clusterEndpoint.",
    why: "Without a way to the internet these services are reached through endpoints or not at all.",
    fix: "Create the interface endpoint (for s3: the gateway) with private DNS and port 443 open.",
  },
  check(facts): Verdict {
    const { account } = facts;
    if (account === undefined) return undefined;
    if (!account.network.ok) return denied(account.network);
    const reason = privateReason(facts);
    if (reason === undefined)
      return isPrivateNetwork(facts) === undefined ? { notChecked: "no subnet of the nodes is known" } : [];
    const { value } = account.network;
    return wanted(facts)
      .filter(
        ({ service }) => !value.endpoints.some((endpoint) => serves(endpoint, service, { facts, network: value })),
      )
      .map(({ service, purpose }) => ({
        place: accountPlace(account),
        message: `Private cluster lacks endpoint com.amazonaws.${account.region}.${service} (${purpose})`,
        evidence: `${reason.text}; network ${value.vpcId}`,
      }));
  },
};

function wanted({ settings, account, endpoints }: Facts): readonly ExpectedEndpoint[] {
  const queue = account?.queue !== undefined || (settings?.queue ?? "") !== "";
  const discovered = settings !== undefined && (settings.data["aws.clusterEndpoint"] ?? "") === "";
  const more = [
    ...(queue ? [{ service: "sqs", purpose: "interruption messages" }] : []),
    ...(discovered ? [{ service: "eks", purpose: "finding the cluster's endpoint" }] : []),
  ];
  return [...endpoints, ...more.filter(({ service }) => !endpoints.some((each) => each.service === service))];
}

/** Services are compared by their last parts (v1alpha5 6.4). */
function serves(
  { service, type, state, privateDns, routeTableIds }: VpcEndpoint,
  wantedService: string,
  { facts, network }: { readonly facts: Facts; readonly network: AccountNetwork },
): boolean {
  if (!service.endsWith(`.${wantedService}`) || state.toLowerCase() !== "available") return false;
  if (service.split(".").slice(3).join(".") !== wantedService) return false;
  if (type !== "Gateway") return privateDns;
  const tables = nodeSubnets(facts, network).map((subnet) => routeTableOf(subnet, network)?.id);
  return wantedService === "s3" && tables.every((id) => id !== undefined && routeTableIds.includes(id));
}
