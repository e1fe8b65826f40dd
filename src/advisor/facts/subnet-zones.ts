/** Where a pool's class has subnets, as far as the account or the class's status tells (v1alpha5 2.4, 2.8). */
import type { AWSNodeTemplate, EC2NodeClass, NodePool, NodeTemplateSpec, Provisioner } from "../../api/index.ts";
import type { AccountSubnet } from "./account.ts";
import type { Facts } from "./facts.ts";
import type { Pool } from "./pools.ts";

/** A selector as a test of a subnet. */
export type SubnetTerm = (subnet: AccountSubnet) => boolean;

/** Undefined where nobody tells: a subnet in every zone is then taken for granted. */
export const subnetZonesOf = (facts: Facts, pool: Pool): ReadonlySet<string> | undefined =>
  facts.remembered(pool, "subnet zones", () => {
    const { terms, status } = classOf(facts, pool);
    const { network } = facts.account ?? {};
    const selected =
      network?.ok === true ? network.value.subnets.filter((subnet) => terms.some((term) => term(subnet))) : [];
    const zones = new Set((selected.length > 0 ? selected : status).map(({ zone }) => zone));
    return zones.size === 0 ? undefined : zones;
  });

interface ClassSubnets {
  readonly terms: readonly SubnetTerm[];
  /** What the controller has resolved them to. */
  readonly status: readonly { readonly zone: string }[];
}

const nothing: ClassSubnets = Object.freeze({ terms: [], status: [] });

function classOf(facts: Facts, pool: Pool): ClassSubnets {
  if (pool.era === "v1") return todaysClass(facts, pool.entry.object);
  const { provider, providerRef } = (pool.entry.object as Provisioner).spec ?? {};
  if (provider !== undefined) return { terms: termsOfTemplate(provider), status: [] };
  const name = providerRef?.name ?? "default";
  const template = facts.templates.find(({ object }) => object.metadata.name === name)?.object;
  return template === undefined ? nothing : ofTemplate(template);
}

const ofTemplate = ({ spec, status }: AWSNodeTemplate): ClassSubnets => ({
  terms: termsOfTemplate(spec),
  status: status?.subnets ?? [],
});

function todaysClass({ objects }: Facts, { spec }: Partial<NodePool>): ClassSubnets {
  const name = (spec as Partial<NodePool["spec"]> | undefined)?.template?.spec?.nodeClassRef?.name;
  const entry = objects.find(({ object }) => object.kind === "EC2NodeClass" && object.metadata.name === name);
  const found = entry?.object as Partial<EC2NodeClass> | undefined;
  return found === undefined ? nothing : { terms: termsOfClass(found.spec), status: found.status?.subnets ?? [] };
}

/** Each term is enough. */
export const termsOfClass = (spec: Partial<EC2NodeClass["spec"]> = {}): readonly SubnetTerm[] =>
  (spec.subnetSelectorTerms ?? []).map(
    ({ id, tags }): SubnetTerm =>
      (subnet) =>
        (id === undefined || id === subnet.id) && Object.entries(tags ?? {}).every((tag) => hasTag(subnet, tag)),
  );

/** All keys together are one test. */
export function termsOfTemplate({ subnetSelector }: NodeTemplateSpec = {}): readonly SubnetTerm[] {
  if (subnetSelector === undefined) return [];
  const entries = Object.entries(subnetSelector);
  return [
    (subnet) =>
      entries.every(([key, value]) =>
        idKeys.includes(key) ? listOf(value).includes(subnet.id) : hasTag(subnet, [key, value]),
      ),
  ];
}

const idKeys: readonly string[] = ["aws-ids", "aws::ids"];

const listOf = (text: string): readonly string[] => text.split(",").map((part) => part.trim());

function hasTag({ tags }: AccountSubnet, [key, value]: readonly [string, string]): boolean {
  const own = tags[key];
  return own !== undefined && (value === "*" || listOf(value).includes(own));
}
