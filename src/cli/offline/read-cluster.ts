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
      if (listed.refusal !== undefined) {
        missing = true;
        tell(terminal, `${type.plural} may not be listed, and the answer lacks them: ${listed.refusal}`);
      }
      objects.push(...listed.objects);
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

async function listAll(client: KubeClient, type: ResourceType, signal: AbortSignal): Promise<Listed> {
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const objects: KubeObject[] = [];
  let next: string | undefined;
  try {
    do {
      const page = await client.list(type, {
        signal,
        limit: pageSize,
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
