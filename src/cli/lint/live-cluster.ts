/** What the advisor looks at in a cluster beside the engine's own input: workloads, settings, events, webhooks. Lists only. */
import {
  configMapType,
  cronJobType,
  deploymentType,
  eventType,
  jobType,
  type KubeObject,
  priorityClassType,
  type ResourceType,
  resourceType,
  serviceType,
  statefulSetType,
} from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import type { ManifestSet } from "../../manifests/index.ts";
import { createMetricsRegistry, createSystemClock, createSystemRandom, silentLogger } from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import { connectTo } from "../connect.ts";
import type { ClusterFlags } from "../offline/offline-flags.ts";
import { readCluster } from "../offline/read-cluster.ts";
import { tell } from "../offline/read-offline.ts";
import type { Terminal } from "../terminal.ts";

interface Listed {
  readonly type: ResourceType;
  /** Of all objects of the kind, only these. */
  readonly fieldSelector?: string;
}

const lists: readonly Listed[] = [
  { type: deploymentType },
  { type: statefulSetType },
  { type: jobType },
  { type: cronJobType },
  { type: serviceType },
  { type: eventType },
  { type: priorityClassType },
  // Others' settings are nobody's business here.
  { type: configMapType, fieldSelector: "metadata.name=karpenter-global-settings" },
  { type: resourceType("v1", "LimitRange", "limitranges", "Namespaced") },
  {
    type: resourceType("v1", "ServiceAccount", "serviceaccounts", "Namespaced"),
    fieldSelector: "metadata.name=karpenter",
  },
  { type: resourceType("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "Namespaced") },
  { type: resourceType("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", "Namespaced") },
  ...["Validating", "Mutating"].map((name) => ({
    type: resourceType(
      "admissionregistration.k8s.io/v1",
      `${name}WebhookConfiguration`,
      `${name.toLowerCase()}webhookconfigurations`,
      "Cluster",
    ),
  })),
];

export interface LiveCluster {
  readonly set: ManifestSet;
  /** Epoch milliseconds. */
  readonly takenAt: number;
}

/** Nothing is written. A kind that may not be listed is told, and rules that need it do without. */
export async function readLiveCluster(flags: ClusterFlags, terminal: Terminal): Promise<LiveCluster> {
  const { objects, takenAt } = await readCluster(flags, terminal);
  const { environment } = terminal;
  const clock = createSystemClock();
  const around = { clock, random: createSystemRandom(), log: silentLogger, metrics: createMetricsRegistry() };
  const kubeconfig = flags.kubeconfig ?? environment.KUBECONFIG;
  const limits = { qps: 50, burst: 100 };
  const { client } = await connectTo({ kubeconfig, context: flags.context, environment, around, limits });
  const all = [...objects];
  try {
    for (const each of lists) all.push(...(await listWherePossible(client, each, terminal)));
  } finally {
    await client.close();
  }
  return { set: { objects: all.map(placed), problems: [] }, takenAt };
}

async function listWherePossible(client: KubeClient, each: Listed, terminal: Terminal): Promise<readonly KubeObject[]> {
  const { plural } = each.type;
  try {
    return await listAll(client, each, terminal.signal);
  } catch (error) {
    if (!isKubeFault(error)) throw error;
    const cause: Error = error;
    if (!isKubeFault(error, "Forbidden") && !isKubeFault(error, "NotFound"))
      throw new CliError(`${plural} cannot be listed: ${cause.message}`, undefined, { cause });
    tell(terminal, `${plural} may not be listed, and rules do without them: ${cause.message}`);
    return [];
  }
}

const pageSize = 500;

async function listAll(
  client: KubeClient,
  { type, fieldSelector }: Listed,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const selecting = fieldSelector === undefined ? {} : { fieldSelector };
  const objects: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(type, {
      signal,
      limit: pageSize,
      ...selecting,
      ...(next === undefined ? {} : { continue: next }),
    });
    // Items of a list do not say what they are.
    for (const item of page.items) objects.push({ ...item, apiVersion, kind: type.kind });
    next = page.metadata.continue === "" ? undefined : page.metadata.continue;
  } while (next !== undefined);
  return objects;
}

const nowhere = Object.freeze({ file: "cluster", line: 1, column: 1 });

/** Objects of a cluster stand in no file. */
const placed = (object: KubeObject): ManifestSet["objects"][number] => ({
  object,
  position: nowhere,
  positionOf: () => nowhere,
});
