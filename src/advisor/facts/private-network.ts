/** Whether a cluster is private (v1alpha5 6.4): its setting, the routes of its subnets, or what its log complains of. */
import type { EC2NodeClass } from "../../api/index.ts";
import type { AccountNetwork, AccountSubnet, RouteTable } from "./account.ts";
import type { Facts } from "./facts.ts";
import { type SubnetTerm, termsOfClass, termsOfTemplate } from "./subnet-zones.ts";

/** Why it is taken for private. */
export interface PrivateReason {
  readonly by: "setting" | "network" | "logs";
  readonly text: string;
}

/** Undefined where it is not private, or where nothing tells. */
export function privateReason(facts: Facts): PrivateReason | undefined {
  if (facts.settings?.isolated === true) return { by: "setting", text: "aws.isolatedVPC is true" };
  if (isPrivateNetwork(facts) === true)
    return { by: "network", text: "no subnet of its nodes has a default route to a gateway" };
  return facts.account === undefined && logSaysPrivate(facts)
    ? { by: "logs", text: "inferred from the log: endpoints of AWS cannot be reached" }
    : undefined;
}

/** Undefined where the account does not tell. */
export function isPrivateNetwork(facts: Facts): boolean | undefined {
  const network = facts.account?.network;
  if (network?.ok !== true) return undefined;
  const subnets = nodeSubnets(facts, network.value);
  return subnets.length === 0 ? undefined : subnets.every((subnet) => !hasWayOut(routesOf(subnet, network.value)));
}

/** Subnets that a template selects, else those of the cluster. */
export function nodeSubnets(facts: Facts, { subnets }: AccountNetwork): readonly AccountSubnet[] {
  const terms = subnetTerms(facts);
  const selected = subnets.filter((subnet) => terms.some((term) => term(subnet)));
  if (selected.length > 0) return selected;
  const cluster = facts.account?.cluster;
  const own = cluster?.ok === true ? cluster.value.subnetIds : [];
  return subnets.filter(({ id }) => own.length === 0 || own.includes(id));
}

export const routeTableOf = ({ id }: AccountSubnet, { routeTables }: AccountNetwork): RouteTable | undefined =>
  routeTables.find(({ subnetIds }) => subnetIds.includes(id)) ?? routeTables.find(({ main }) => main);

const routesOf = (subnet: AccountSubnet, network: AccountNetwork): RouteTable["routes"] =>
  routeTableOf(subnet, network)?.routes ?? [];

const everywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

/** To an internet, NAT, egress-only or transit gateway. */
const hasWayOut = (routes: RouteTable["routes"]): boolean =>
  routes.some(({ destination, target }) => everywhere.includes(destination) && /^(?:igw|nat|eigw|tgw)-/.test(target));

/** Selectors of both eras as tests of a subnet (v1alpha5 2.4). */
const subnetTerms = ({ objects, templates }: Facts): readonly SubnetTerm[] => [
  ...templates.flatMap(({ object }) => termsOfTemplate(object.spec)),
  ...objects.flatMap(({ object }) =>
    object.kind === "EC2NodeClass" ? termsOfClass((object as Partial<EC2NodeClass>).spec) : [],
  ),
];

const complaint =
  /\b(?:sts|ssm)\.[a-z0-9-]+\.amazonaws\.com[\s\S]*(?:dial tcp|timeout)|using existing pricing data from/;

const logSaysPrivate = ({ logs }: Facts): boolean => logs.some(({ text }) => complaint.test(text));
