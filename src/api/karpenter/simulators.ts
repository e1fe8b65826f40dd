/** Kinds that serve simulation and tests (spec: api 3.3). */
import type { NodeSelectorTerm } from "../kubernetes/core.ts";
import type { Condition, KubeObject } from "../kubernetes/meta.ts";

/** `karpenter.kwok.sh/v1alpha1`: nodes without machines. */
export interface KWOKNodeClass extends KubeObject {
  readonly spec?: {
    /** Delay before the node is created, as duration text. */
    readonly nodeRegistrationDelay?: string;
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** `test.karpenter.sh/v1alpha1`: devices that a test driver publishes. */
export interface DRAConfig extends KubeObject {
  readonly spec: {
    readonly driver: string;
    readonly pools: readonly {
      readonly name: string;
      readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
      readonly resourceSlices: readonly {
        readonly devices: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
      }[];
    }[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly resourceSliceCount?: number;
    readonly nodeCount?: number;
  };
}

/** `karpenter.test.sh/v1alpha1`: the node class of unit tests. */
export interface TestNodeClass extends KubeObject {
  readonly spec?: Readonly<Record<string, string>>;
  readonly status?: { readonly conditions?: readonly Condition[] };
}
