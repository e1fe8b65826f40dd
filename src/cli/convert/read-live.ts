/** Objects of the older eras in a cluster, by lists only: nothing is written. */
import {
  awsNodeTemplateType,
  configMapType,
  ec2NodeClassType,
  type KubeObject,
  machineType,
  provisionerType,
  type ResourceType,
  resourceType,
} from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import { globalSettingsName } from "../../legacy/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { createMetricsRegistry, createSystemClock, createSystemRandom, silentLogger } from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import { connectTo } from "../connect.ts";
import type { ClusterFlags } from "../offline/offline-flags.ts";
import type { Terminal } from "../terminal.ts";

interface Listed {
  readonly type: ResourceType;
  readonly fieldSelector?: string;
}

/** Classes of today stand there only for their names, which no new one may take. */
const lists: readonly Listed[] = [
  { type: provisionerType },
  { type: awsNodeTemplateType },
  { type: machineType },
  { type: resourceType("karpenter.sh/v1beta1", "NodePool", "nodepools", "Cluster") },
  { type: resourceType("karpenter.k8s.aws/v1beta1", "EC2NodeClass", "ec2nodeclasses", "Cluster") },
  { type: configMapType, fieldSelector: `metadata.name=${globalSettingsName}` },
];

export interface LiveObjects {
  readonly objects: readonly ManifestObject[];
  /** Kinds that may not be listed, each with the server's words. */
  readonly refusals: readonly string[];
}

export async function readLive(flags: ClusterFlags, { environment, signal }: Terminal): Promise<LiveObjects> {
  const kubeconfig = flags.kubeconfig ?? environment.KUBECONFIG;
  if (kubeconfig === undefined && environment.KUBERNETES_SERVICE_HOST === undefined)
    throw new CliError("nothing to read: name files with -f, or a cluster with --kubeconfig");
  const around = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    log: silentLogger,
    metrics: createMetricsRegistry(),
  };
  const limits = { qps: 50, burst: 100 };
  const { client } = await connectTo({ kubeconfig, context: flags.context, environment, around, limits });
  try {
    return await listObsolete(client, signal);
  } finally {
    await client.close();
  }
}

/** Where v1 is served, objects of v1beta1 are the same ones in other words, and there is nothing to convert. */
export async function listObsolete(client: KubeClient, signal: AbortSignal): Promise<LiveObjects> {
  const today = await client.isServed(ec2NodeClassType, { signal });
  const wanted = lists.filter(({ type }) => !today || type.version !== "v1beta1");
  const objects: ManifestObject[] = [];
  const refusals: string[] = [];
  for (const { type, fieldSelector } of wanted) {
    try {
      const { items } = await client.list(type, { signal, ...(fieldSelector === undefined ? {} : { fieldSelector }) });
      objects.push(...items.map((item) => placed(item, type)));
    } catch (error) {
      if (isKubeFault(error, "NotFound")) continue;
      if (!isKubeFault(error, "Forbidden")) throw error;
      refusals.push(`${type.plural} may not be listed: ${error.message}`);
    }
  }
  return { objects, refusals };
}

/** Items of a list do not say what they are. */
function placed(item: KubeObject, { group, version, kind }: ResourceType): ManifestObject {
  const position = { file: "cluster", line: 0, column: 0 };
  const object = { ...item, apiVersion: group === "" ? version : `${group}/${version}`, kind };
  return { object, position, positionOf: () => position };
}
