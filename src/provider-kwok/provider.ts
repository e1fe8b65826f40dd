import {
  kwokLabels,
  type KWOKNodeClass,
  kwokNodeClassType,
  kwokNodeValue,
  type NodeClaim,
  nodeType,
} from "../api/index.ts";
import { epochMillisOf, failed, type InstanceType, ok, type Result } from "../core/index.ts";
import { deleteIfPresent, isKubeFault, type KubeClient } from "../kube/index.ts";
import type { Clock, Ids } from "../platform/index.ts";
import {
  type CloudInstance,
  type CloudProvider,
  type InstanceCollector,
  type InstanceFailure,
  type LaunchFailure,
  ProviderFault,
} from "../provider/index.ts";
import { type ChooseOffering, createOfferingChoice } from "./nodes/choose-offering.ts";
import type { ExpectedNodes } from "./nodes/expected-nodes.ts";
import { classLabel, computeNode, instanceOfChoice, instanceOfNode, nodeNameOf } from "./nodes/node-object.ts";
import { registrationDelayOf } from "./nodes/node-maker.ts";
import { repairPolicies } from "./repair-policies.ts";

export interface KwokCloudProvider extends CloudProvider, InstanceCollector {}

interface Deps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What is sold, in order of name; the identical array while nothing has changed. */
  readonly instanceTypes: () => readonly InstanceType[];
  /** The class as the cache has it; undefined when there is none of that name. */
  readonly nodeClass: (name: string) => KWOKNodeClass | undefined;
  readonly expected: ExpectedNodes;
}

type LaunchDeps = Deps & { readonly choose: ChooseOffering };

/** The port over Nodes of an API server: a Node is the machine. */
export function createCloudProvider(deps: Deps): KwokCloudProvider {
  const launching: LaunchDeps = { ...deps, choose: createOfferingChoice() };
  return {
    name: "kwok",
    nodeClassTypes: [kwokNodeClassType],
    repairPolicies,
    create: ({ claim }, { signal }) => translated("create a node", () => create(launching, claim, signal)),
    delete: ({ claim }, { signal }) =>
      translated("delete a node", () => end(deps, claim.status?.providerID ?? "", signal)),
    get: (providerId, { signal }) => translated("read a node", () => find(deps, providerId, signal)),
    list: ({ signal }) => translated("list nodes", () => list(deps, signal)),
    instanceTypes: async ({ pool }) => {
      const { name } = pool.spec.template.spec.nodeClassRef;
      return liveClass(deps, name) === undefined
        ? failed({ kind: "class-not-found", message: missingClass(name) })
        : ok(deps.instanceTypes());
    },
    driftReason: () => Promise.resolve(undefined),
    terminateUnowned: async ({ providerId }, { signal }) => {
      // Gone already is as good as ended.
      await translated("delete a node", () => end(deps, providerId, signal));
    },
  };
}

/** A class that may be launched from: it is there and is not being deleted. */
function liveClass(deps: Deps, name: string): KWOKNodeClass | undefined {
  const nodeClass = deps.nodeClass(name);
  return nodeClass?.metadata.deletionTimestamp === undefined ? nodeClass : undefined;
}

const missingClass = (name: string): string => `KWOKNodeClass "${name}" not found or being deleted`;

async function create(
  deps: LaunchDeps,
  claim: NodeClaim,
  signal: AbortSignal,
): Promise<Result<CloudInstance, LaunchFailure>> {
  signal.throwIfAborted();
  const { name } = claim.spec.nodeClassRef;
  const nodeClass = liveClass(deps, name);
  if (nodeClass === undefined) return failed({ kind: "insufficient-capacity", message: missingClass(name) });
  const choice = deps.choose(deps.instanceTypes(), claim);
  if (choice === undefined)
    return failed({
      kind: "insufficient-capacity",
      message: "no available instance type has an offering that meets the requirements and requests of the claim",
    });
  const delay = registrationDelayOf(nodeClass);
  for (let attempt = 0; attempt < mostNames; attempt += 1) {
    const nodeName = `kwok-${deps.ids.suffix(10)}`;
    const now = deps.clock.now();
    const instance = instanceOfChoice(choice, { nodeName, claim, now });
    // Due at once is made at once: then the Node itself remembers the launch, should this process end here.
    if (delay === 0) {
      if (await createdNode(deps, instance, { claim, signal })) return ok(instance);
    } else if (await isFree(deps, nodeName, signal)) {
      deps.expected.add(nodeName, { instance, claim, dueAt: epochMillisOf(now + delay) });
      return ok(instance);
    }
  }
  throw new ProviderFault("NodeNamesTaken", `${mostNames} names for a new node were all taken; trying again later`);
}

/** Names repeat only where identifiers come from a seed. */
const mostNames = 10;

async function isFree({ kube, expected }: Deps, name: string, signal: AbortSignal): Promise<boolean> {
  if (expected.knows(name)) return false;
  try {
    await kube.get(nodeType, { name }, { signal });
    return false;
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return true;
    throw error;
  }
}

/** False when the name has been taken in the meantime. */
async function createdNode(
  { kube, expected }: Deps,
  instance: CloudInstance,
  { claim, signal }: { readonly claim: NodeClaim; readonly signal: AbortSignal },
): Promise<boolean> {
  const node = computeNode(instance, claim);
  try {
    await kube.create(nodeType, node, { signal });
  } catch (error) {
    if (isKubeFault(error, "AlreadyExists")) return false;
    throw error;
  }
  expected.settle(node.metadata.name ?? "");
  return true;
}

/** A Node that is being deleted already has no machine left to end: what holds it are its finalizers. */
async function end(
  { kube, expected }: Deps,
  providerId: string,
  signal: AbortSignal,
): Promise<Result<"terminating", InstanceFailure>> {
  const name = nodeNameOf(providerId);
  if (name === undefined) return failed(noInstance(providerId));
  if (expected.get(name) !== undefined) {
    expected.settle(name);
    return ok("terminating");
  }
  const found = await find({ kube, expected }, providerId, signal);
  if (!found.ok) return found;
  if (found.value.terminating) return failed(noInstance(providerId));
  const outcome = await deleteIfPresent(kube, { type: nodeType, name: { name } }, { signal });
  return outcome.kind === "deleting" ? ok("terminating") : failed(noInstance(providerId));
}

async function find(
  { kube, expected }: Pick<Deps, "kube" | "expected">,
  providerId: string,
  signal: AbortSignal,
): Promise<Result<CloudInstance, InstanceFailure>> {
  const name = nodeNameOf(providerId);
  if (name === undefined) return failed(noInstance(providerId));
  const coming = expected.get(name);
  if (coming !== undefined) return ok(coming.instance);
  try {
    const instance = instanceOfNode(await kube.get(nodeType, { name }, { signal }));
    return instance === undefined ? failed(noInstance(providerId)) : ok(instance);
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return failed(noInstance(providerId));
    throw error;
  }
}

const noInstance = (providerId: string): InstanceFailure => ({
  kind: "not-found",
  message: `no node of the KWOK provider has the provider id "${providerId}"`,
});

/** Nodes of other makers may be fake too; those with the label of our class are ours. */
const ownNodes = `${classLabel},${kwokLabels.node}=${kwokNodeValue}`;

async function list({ kube, expected }: Deps, signal: AbortSignal): Promise<readonly CloudInstance[]> {
  // Before the call: what becomes a Node while it runs is then listed twice rather than not at all.
  const coming = expected.list().map(({ instance }) => [instance.providerId, instance] as const);
  const { items } = await kube.list(nodeType, { labelSelector: ownNodes, signal });
  const nodes = items.flatMap((node) => instanceOfNode(node) ?? []);
  const byId = new Map([...coming, ...nodes.map((instance) => [instance.providerId, instance] as const)]);
  return [...byId.values()].toSorted((a, b) => (a.providerId < b.providerId ? -1 : 1));
}

/** Errors of the API server as the port wants them. */
async function translated<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isKubeFault(error)) throw error;
    throw new ProviderFault(error.reason, `the API server would not ${what}: ${error.message}`, { cause: error });
  }
}
