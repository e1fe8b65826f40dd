/** `karpenter.sh/do-not-consolidate` of the v1alpha5 era, on nodes of either era (v1alpha5 4.7.6). */
import { eraAnnotations } from "../../api/index.ts";
import type { MethodCheck } from "./method.ts";

/** Stops consolidation, that of empty nodes included, but not the removal of empty nodes after a TTL. */
export const doNotConsolidate: MethodCheck = Object.freeze<MethodCheck>({
  code: "do-not-consolidate",
  event: "Unconsolidatable",
  refusal: ({ node, pool }) => {
    const annotated = node.node?.metadata.annotations?.[eraAnnotations.doNotConsolidate] === "true";
    const onlyEmpty = pool.pool.spec.disruption?.consolidationPolicy === "WhenEmpty";
    return annotated && !onlyEmpty ? `it carries the annotation ${eraAnnotations.doNotConsolidate}` : undefined;
  },
});
