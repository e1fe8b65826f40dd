/** The pods of one node, as the page lists them. */
import { type ClusterSnapshot, objectKey, podRequests } from "../../core/index.ts";
import type { NodePods } from "../contract/index.ts";

const milliPerCore = 1_000;
const bytesPerGib = 2 ** 30;

/** Largest first by CPU, then by name; undefined where there is no such node. */
export function podsOfNode({ nodes, version }: ClusterSnapshot, name: string): NodePods | undefined {
  const node = nodes.find((one) => one.name === name);
  if (node === undefined) return undefined;
  const pods = node.pods.map((pod) => {
    const { cpu = 0, memory = 0 } = podRequests(pod);
    const owner = pod.metadata.ownerReferences?.[0]?.kind;
    return {
      pod: objectKey(pod),
      ...(owner === undefined ? {} : { owner }),
      cpu: cpu / milliPerCore,
      memoryGib: Number((memory / bytesPerGib).toFixed(3)),
    };
  });
  return {
    schema: "node-pods/1",
    revision: version,
    pods: pods.toSorted((a, b) => b.cpu - a.cpu || (a.pod < b.pod ? -1 : 1)),
  };
}
