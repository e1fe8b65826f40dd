/**
 * Judges a plan by slow, obvious checks of its own; of the engine it knows only the types. Returns what is wrong, in words,
 * empty when nothing is: every pod has exactly one fate; every type of a claim holds its pods and daemons in every offering
 * left to it; taints, selectors, ports and limits are kept.
 */
import type { DaemonSet, Pod } from "../../src/api/index.ts";
import { labels } from "../../src/api/index.ts";
import type {
  ClusterSnapshot,
  InstanceType,
  PlannedClaim,
  ProvisioningOptions,
  ProvisioningPlan,
} from "../../src/core/index.ts";
import { type LabelChoices, matchesExpression, selectsNode, toleratesEverything } from "./placement.ts";
import { type Amounts, amountOf, requestsOf } from "./quantities.ts";
import { verifyNodes } from "./verify-nodes.ts";
import { verifyPorts } from "./verify-ports.ts";
import { verifyReservations } from "./verify-reservations.ts";
import { verifyTopology } from "./verify-topology.ts";
import { verifyVolumes } from "./verify-volumes.ts";

export function verifyPlan(
  snapshot: ClusterSnapshot,
  plan: ProvisioningPlan,
  _options: ProvisioningOptions = {},
): readonly string[] {
  return [
    ...verifyFates(snapshot, plan),
    ...verifyClaims(snapshot, plan),
    ...verifyNodes(snapshot, plan),
    ...verifyLimits(snapshot, plan),
    ...verifyReservations(snapshot, plan),
    ...verifyTopology(snapshot, plan),
  ];
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? "default"}/${metadata.name ?? ""}`;

function verifyFates(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly string[] {
  const fates = [
    ...plan.claims.flatMap(({ pods }) => pods),
    ...plan.nominations.map(({ pod }) => pod),
    ...plan.unplaced.map(({ pod }) => pod),
  ].map(nameOf);
  const known = new Set(fates);
  const twice = fates.length === known.size ? [] : fates.filter((name, i) => fates.indexOf(name) !== i);
  const lost = snapshot.pendingPods
    .filter(isAskedFor)
    .map(nameOf)
    .filter((name) => !known.has(name));
  return [...twice.map((name) => `pod ${name} has two fates`), ...lost.map((name) => `pod ${name} has none`)];
}

/** Refused by the scheduler, with no node in prospect, and not run by a DaemonSet or a kubelet (scheduling 1.1). */
function isAskedFor({ metadata, spec, status }: Pod): boolean {
  const refused = status?.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable");
  const owned = metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet" || kind === "Node");
  return refused === true && owned !== true && spec.nodeName === undefined && status?.nominatedNodeName === undefined;
}

function verifyClaims(snapshot: ClusterSnapshot, { claims }: ProvisioningPlan): readonly string[] {
  const offered = new Map(
    [...snapshot.instanceTypes].map(([pool, list]) => [pool, new Map(list.map((type) => [type.name, type]))]),
  );
  return claims.flatMap((claim) =>
    verifyClaim(snapshot, claim, offered.get(`${claim.poolKey.kind}/${claim.poolKey.name}`) ?? new Map()),
  );
}

function verifyClaim(
  snapshot: ClusterSnapshot,
  claim: PlannedClaim,
  types: ReadonlyMap<string, InstanceType>,
): readonly string[] {
  const requests = totalOf(claim.pods);
  return [
    ...verifyTaintsAndPorts(claim),
    ...claim.instanceTypes.flatMap((name) => {
      const type = types.get(name);
      if (type === undefined) return [`claim lists ${name}, which its pool does not offer`];
      return verifyType(snapshot, claim, { type, requests });
    }),
  ];
}

function verifyTaintsAndPorts(claim: PlannedClaim): readonly string[] {
  const taints = claim.pool.pool.spec.template.spec.taints ?? [];
  return [
    ...claim.pods
      .filter(({ spec }) => !toleratesEverything(taints, spec.tolerations))
      .map((pod) => `${nameOf(pod)} does not tolerate its pool`),
    ...verifyPorts(claim.pods, `a claim of ${claim.poolKey.name}`),
  ];
}

function totalOf(pods: readonly Pod[]): Amounts {
  const total: Amounts = new Map();
  for (const pod of pods)
    for (const [name, amount] of requestsOf(pod)) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

interface TypeCheck {
  readonly type: InstanceType;
  readonly requests: Amounts;
}

function verifyType(snapshot: ClusterSnapshot, claim: PlannedClaim, { type, requests }: TypeCheck): readonly string[] {
  const offerings = type.offerings.filter(
    (offering) => offering.available && allows(claim, offeringChoices(claim, type, offering)),
  );
  if (offerings.length === 0) return [`claim lists ${type.name}, which has no offering for it`];
  return offerings.flatMap((offering) => {
    const choices = offeringChoices(claim, type, offering);
    const place = `${type.name} ${offering.capacityType} in ${offering.zone}`;
    return [
      ...claim.pods.filter((pod) => !selectsNode(pod, choices)).map((pod) => `${nameOf(pod)} does not select ${place}`),
      ...verifyVolumes(snapshot, claim.pods, { place, choices }),
      ...verifyRoom(type, requests, { place, daemons: daemonsOn(snapshot, claim, choices) }),
    ];
  });
}

function verifyRoom(
  type: InstanceType,
  requests: Amounts,
  on: { readonly place: string; readonly daemons: readonly Amounts[] },
): readonly string[] {
  const faults: string[] = [];
  for (const [name, amount] of requests) {
    const { kubeReserved, systemReserved, evictionThreshold } = type.overhead;
    const overhead = (kubeReserved[name] ?? 0) + (systemReserved[name] ?? 0) + (evictionThreshold[name] ?? 0);
    const room =
      (type.capacity[name] ?? 0) - overhead - on.daemons.reduce((sum, daemon) => sum + (daemon.get(name) ?? 0), 0);
    if (amount > room) faults.push(`${name} ${amount} is more than the ${room} of ${on.place}`);
  }
  return faults;
}

/** Labels of a node made from the claim as this offering of this type; keys that stay open have every value left. */
function offeringChoices(
  claim: PlannedClaim,
  type: InstanceType,
  offering: InstanceType["offerings"][number],
): LabelChoices {
  const own = claim.claim.metadata.labels ?? {};
  return (asked) => {
    const key = presentNames[asked] ?? asked;
    if (key === labels.zone) return [offering.zone];
    if (key === labels.capacityType) return [offering.capacityType];
    const labelled = own[key];
    if (labelled !== undefined) return [labelled];
    if (key === labels.registered || key === labels.initialized) return ["true"];
    const fromType = offering.requirements.get(key) ?? type.requirements.get(key);
    return fromType === undefined || fromType.complement ? [] : [...fromType.values];
  };
}

/** Kubelets set the old names of these labels too. */
const presentNames: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": labels.zone,
  "failure-domain.beta.kubernetes.io/region": labels.region,
  "beta.kubernetes.io/arch": labels.arch,
  "beta.kubernetes.io/os": labels.os,
  "beta.kubernetes.io/instance-type": labels.instanceType,
};

const allows = (claim: PlannedClaim, choices: LabelChoices): boolean =>
  claim.claim.spec.requirements.every((requirement) => matchesExpression(requirement, choices(requirement.key)));

function daemonsOn(snapshot: ClusterSnapshot, claim: PlannedClaim, choices: LabelChoices): readonly Amounts[] {
  const taints = claim.pool.pool.spec.template.spec.taints ?? [];
  return snapshot.daemonSets
    .filter(({ spec }) => toleratesEverything(taints, spec.template.spec.tolerations))
    .filter(({ spec }) => selectsNode({ spec: spec.template.spec }, choices))
    .map((daemonSet) => daemonRequests(snapshot, daemonSet));
}

function daemonRequests(snapshot: ClusterSnapshot, daemonSet: DaemonSet): Amounts {
  const live = snapshot.daemonPods.get(`${daemonSet.metadata.namespace ?? "default"}/${daemonSet.metadata.name ?? ""}`);
  return requestsOf(live ?? { spec: daemonSet.spec.template.spec });
}

/** Whatever the provider launches of what the claims allow, no limit may be passed. */
function verifyLimits(snapshot: ClusterSnapshot, plan: ProvisioningPlan): readonly string[] {
  return snapshot.pools.flatMap(({ key, pool }) => {
    const same = (other: { readonly kind: string; readonly name: string } | undefined) =>
      other?.kind === key.kind && other.name === key.name;
    const claims = plan.claims.filter(({ poolKey }) => same(poolKey));
    if (claims.length === 0) return [];
    const types = new Map(
      (snapshot.instanceTypes.get(`${key.kind}/${key.name}`) ?? []).map((type) => [type.name, type]),
    );
    return Object.entries(pool.spec.limits ?? {}).flatMap(([name, limit]) => {
      const used = snapshot.nodes
        .filter((node) => same(node.poolKey) && !node.markedForDeletion)
        .reduce((sum, node) => sum + (name === "nodes" ? 1 : (node.capacity[name] ?? 0)), 0);
      const planned = claims.reduce(
        (sum, { instanceTypes }) =>
          sum +
          (name === "nodes" ? 1 : Math.max(0, ...instanceTypes.map((type) => types.get(type)?.capacity[name] ?? 0))),
        0,
      );
      return used + planned > amountOf(name, limit)
        ? [`pool ${key.name}: ${name} ${used + planned} is over the limit ${limit}`]
        : [];
    });
  });
}
