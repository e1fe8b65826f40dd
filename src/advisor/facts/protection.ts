import { annotations, eraAnnotations, type Pod, podDisruptionGuard } from "../../api/index.ts";
import { isActive, isDaemonPod, isMirrorPod } from "../../core/index.ts";

/** The annotation by which a pod keeps its node, `karpenter.sh/do-not-disrupt`; undefined where it has none that counts. */
export function protectionOf(pod: Pod): string | undefined {
  if (!isActive(pod) || isDaemonPod(pod) || isMirrorPod(pod)) return undefined;
  const own = pod.metadata.annotations ?? {};
  if (own[eraAnnotations.doNotEvict] === "true") return eraAnnotations.doNotEvict;
  const value = own[annotations.doNotDisrupt];
  return value !== undefined &&
    podDisruptionGuard(value).kind !== "none" &&
    podDisruptionGuard(value).kind !== "invalid"
    ? annotations.doNotDisrupt
    : undefined;
}
