import type { AccountCluster, AccountNetwork } from "../facts/account.ts";
import { isPrivateNetwork, privateReason } from "../facts/private-network.ts";
import { accountPlace, denied } from "../model/account-judging.ts";
import type { Rule, Verdict } from "../model/rule.ts";

export const privatePrerequisites: Rule = {
  id: "KBP210",
  name: "private-prereq",
  severity: "error",
  requirements: ["R31"],
  needs: ["account"],
  document: {
    what: "The network of a private cluster lacks a private API endpoint, DNS support, DNS host names, or a security group that opens port 443 of its endpoints.",
    why: "Nodes find neither the API server nor the endpoints of AWS.",
    fix: "Turn on the private endpoint of the cluster, enableDnsSupport and enableDnsHostnames of the VPC, and open 443 from the nodes to the endpoints.",
  },
  check(facts): Verdict {
    const { account } = facts;
    if (account === undefined) return undefined;
    if (!account.network.ok) return denied(account.network);
    if (!account.cluster.ok) return denied(account.cluster);
    const reason = privateReason(facts);
    if (reason === undefined)
      return isPrivateNetwork(facts) === undefined ? { notChecked: "no subnet of the nodes is known" } : undefined;
    return missing(account.cluster.value, account.network.value).map(([what, evidence]) => ({
      place: accountPlace(account),
      message: `VPC does not meet requirement ${what} for private clusters`,
      evidence: `${evidence}; ${reason.text}`,
    }));
  },
};

function missing(cluster: AccountCluster, network: AccountNetwork): readonly (readonly [string, string])[] {
  const interfaces = network.endpoints.filter(({ type }) => type === "Interface");
  const closed = interfaces.filter(
    ({ securityGroupIds }) =>
      securityGroupIds.length > 0 &&
      !network.securityGroups.some(({ id, opens443 }) => opens443 && securityGroupIds.includes(id)),
  );
  return [
    ...(cluster.privateEndpoint ? [] : [["private API endpoint", `cluster ${cluster.name} has it off`] as const]),
    ...(network.dnsSupport ? [] : [["enableDnsSupport", `${network.vpcId} has it off`] as const]),
    ...(network.dnsHostnames ? [] : [["enableDnsHostnames", `${network.vpcId} has it off`] as const]),
    ...closed.map(({ service }) => ["port 443", `no security group of endpoint ${service} opens it`] as const),
  ];
}
