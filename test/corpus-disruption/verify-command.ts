/** Whether a command and the layout after it are right, by checks that share nothing with the search. */
import type { Pod } from "../../src/api/index.ts";
import type { ClusterSnapshot, DisruptionCommand, ProvisioningPlan } from "../../src/core/index.ts";
import { type Amounts, requestsOf } from "../oracle/quantities.ts";
import { verifyPlan } from "../oracle/verify-plan.ts";

/** What is wrong, in words. */
export function verifyCommand(before: ClusterSnapshot, command: DisruptionCommand): readonly string[] {
  const { picture, plan } = asProvisioning(before, command);
  return [...verifyPlan(picture, plan), ...verifyFates(before, command), ...verifySaving(command)];
}

/** The pods that move as pods that wait, on a picture without the nodes that go. */
function asProvisioning(before: ClusterSnapshot, command: DisruptionCommand) {
  const going = new Set(command.candidates.map(({ node }) => node.name));
  const waiting = new Map(movers(command).map((pod) => [pod, unscheduled(pod)]));
  const of = (pod: Pod): Pod => waiting.get(pod) ?? pod;
  const { poolUsage: _, ...rest } = before;
  const picture: ClusterSnapshot = {
    ...rest,
    nodes: before.nodes.filter(({ name }) => !going.has(name)),
    pendingPods: [...waiting.values()],
  };
  const plan: ProvisioningPlan = {
    snapshotVersion: before.version,
    claims: command.replacements.map((claim) => ({ ...claim, pods: claim.pods.map(of) })),
    nominations: (command.nominations ?? []).map(({ pod, node }) => ({ pod: of(pod), node })),
    unplaced: [],
    pricePerHour: 0,
    work: {},
  };
  return { picture, plan };
}

const movers = ({ candidates }: DisruptionCommand): readonly Pod[] => candidates.flatMap(({ pods }) => pods);

function unscheduled(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] as const;
  return { ...pod, spec, status: { phase: "Pending", conditions } };
}

/** Every pod of a node that goes that is not a daemon's has a place. */
function verifyFates({ nodes }: ClusterSnapshot, command: DisruptionCommand): readonly string[] {
  const placed = new Set([
    ...(command.nominations ?? []).map(({ pod }) => pod),
    ...command.replacements.flatMap(({ pods }) => pods),
  ]);
  const going = new Set(command.candidates.map(({ node }) => node.name));
  return nodes
    .filter(({ name }) => going.has(name))
    .flatMap(({ name, pods }) =>
      pods
        .filter((pod) => !isDaemons(pod) && !placed.has(pod))
        .map((pod) => `pod ${pod.metadata.name ?? ""} of ${name} is left without a place`),
    );
}

const isDaemons = ({ metadata }: Pod): boolean =>
  metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") === true;

function verifySaving({ candidates, replacements, savingPerHour }: DisruptionCommand): readonly string[] {
  const before = candidates.reduce((sum, { price }) => sum + price, 0);
  const after = replacements.reduce((sum, { cheapest }) => sum + cheapest.price, 0);
  return Math.abs(before - after - savingPerHour) < 1e-6 && savingPerHour >= -1e-9
    ? []
    : [`it says to save ${savingPerHour} $/h; prices say ${before - after}`];
}

/** Nodes that hold more than they have room for. */
export function verifyLayout({ nodes }: ClusterSnapshot): readonly string[] {
  return nodes.flatMap(({ name, allocatable, pods }) => {
    const total: Amounts = new Map([["pods", pods.length]]);
    for (const pod of pods)
      for (const [resource, amount] of requestsOf(pod))
        if (resource !== "pods") total.set(resource, (total.get(resource) ?? 0) + amount);
    return [...total]
      .filter(([resource, amount]) => amount > (allocatable[resource] ?? 0))
      .map(([resource, amount]) => `node ${name} holds ${resource} ${amount} of ${allocatable[resource] ?? 0}`);
  });
}
