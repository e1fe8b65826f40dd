/** All that the engine needs of a cluster, by lists only: nothing is written and nothing is watched. */
import {
  awsNodeTemplateType,
  csiNodeType,
  daemonSetType,
  ec2NodeClassType,
  type KubeObject,
  kwokNodeClassType,
  machineType,
  namespaceType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  persistentVolumeClaimType,
  persistentVolumeType,
  podDisruptionBudgetType,
  podType,
  provisionerType,
  type ResourceType,
  storageClassType,
} from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import { createMetricsRegistry, createSystemClock, createSystemRandom, silentLogger } from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import { connectTo } from "../connect.ts";
import type { Terminal } from "../terminal.ts";
import { tell } from "./read-offline.ts";
import type { ClusterFlags } from "./offline-flags.ts";

export interface ClusterDump {
  readonly objects: readonly KubeObject[];
  /** Epoch milliseconds. */
  readonly takenAt: number;
  /** Some kind may not be listed, and the answer lacks it. */
  readonly missing: boolean;
}

const always: readonly ResourceType[] = [
  namespaceType,
  nodeType,
  podType,
  daemonSetType,
  podDisruptionBudgetType,
  persistentVolumeType,
  persistentVolumeClaimType,
  storageClassType,
  csiNodeType,
];

/** Kinds of the product's own, of which a cluster has those of its era. */
const whereServed: readonly ResourceType[] = [
  nodePoolType,
  nodeClaimType,
  ec2NodeClassType,
  kwokNodeClassType,
  provisionerType,
  awsNodeTemplateType,
  machineType,
];

const pageSize = 500;

export async function readCluster(flags: ClusterFlags, terminal: Terminal): Promise<ClusterDump> {
  const { environment, signal } = terminal;
  const kubeconfig = flags.kubeconfig ?? environment.KUBECONFIG;
  if (kubeconfig === undefined && environment.KUBERNETES_SERVICE_HOST === undefined)
    throw new CliError("nothing to read: name files with -f, or a cluster with --kubeconfig");
  const clock = createSystemClock();
  const around = { clock, random: createSystemRandom(), log: silentLogger, metrics: createMetricsRegistry() };
  const limits = { qps: 50, burst: 100 };
  const { client } = await connectTo({ kubeconfig, context: flags.context, environment, around, limits });
  try {
    const objects: KubeObject[] = [];
    let missing = false;
    for (const type of [...always, ...whereServed]) {
      const listed = await listAll(client, type, signal);
      const rest = listed.refusal === undefined ? listed : await listByNamespace(client, type, { objects, signal });
      objects.push(...rest.objects);
      if (rest.refusal === undefined && listed.refusal === undefined) continue;
      missing ||= rest.refusal !== undefined;
      const lacking = rest.refusal ?? "";
      if (lacking !== "") tell(terminal, `${lacking}, and the answer lacks them: ${listed.refusal ?? ""}`);
    }
    return { objects, takenAt: clock.now(), missing };
  } finally {
    await client.close();
  }
}

interface Listed {
  readonly objects: readonly KubeObject[];
  readonly refusal?: string;
}

/**
 * Where a kind may not be listed in the whole cluster, it may be in some of its namespaces: those that refuse are named.
 * Namespaces are listed first of all kinds.
 */
async function listByNamespace(
  client: KubeClient,
  type: ResourceType,
  { objects, signal }: { readonly objects: readonly KubeObject[]; readonly signal: AbortSignal },
): Promise<Listed> {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name ?? "");
  if (!type.namespaced || namespaces.length === 0) return { objects: [], refusal: `${type.plural} may not be listed` };
  const found: KubeObject[] = [];
  const refused: string[] = [];
  for (const namespace of namespaces.toSorted()) {
    const listed = await listAll(client, type, signal, namespace);
    found.push(...listed.objects);
    if (listed.refusal !== undefined) refused.push(namespace);
  }
  if (refused.length === 0) return { objects: found };
  const where = refused.length === namespaces.length ? "any namespace" : `namespace ${refused.join(", ")}`;
  return { objects: found, refusal: `${type.plural} may not be listed in ${where}` };
}

async function listAll(
  client: KubeClient,
  type: ResourceType,
  signal: AbortSignal,
  namespace?: string,
): Promise<Listed> {
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const objects: KubeObject[] = [];
  let next: string | undefined;
  try {
    do {
      const page = await client.list(type, {
        signal,
        limit: pageSize,
        ...(namespace === undefined ? {} : { namespace }),
        ...(next === undefined ? {} : { continue: next }),
      });
      // Items of a list do not say what they are.
      for (const item of page.items) objects.push({ ...item, apiVersion, kind: type.kind });
      next = page.metadata.continue === "" ? undefined : page.metadata.continue;
    } while (next !== undefined);
    return { objects };
  } catch (error) {
    if (isKubeFault(error, "NotFound") && whereServed.includes(type)) return { objects: [] };
    if (isKubeFault(error, "Forbidden")) return { objects: [], refusal: error.message };
    if (isKubeFault(error))
      throw new CliError(`${type.plural} cannot be listed: ${error.message}`, undefined, { cause: error });
    throw error;
  }
}
