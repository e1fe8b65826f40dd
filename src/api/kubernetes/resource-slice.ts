/** `resource.k8s.io/v1` ResourceSlice: what a DRA driver publishes of the devices of a node. Only what the product reads. */
import type { KubeObject } from "./meta.ts";
import { resourceType } from "./resource-types.ts";

export interface ResourceSlice extends KubeObject {
  readonly apiVersion: "resource.k8s.io/v1";
  readonly kind: "ResourceSlice";
  readonly spec: {
    readonly driver: string;
    /** The node that the devices are on; absent for devices that several nodes reach. */
    readonly nodeName?: string;
    readonly pool: {
      readonly name: string;
      /** Raised with every change of the pool: slices of lower generations are left over. */
      readonly generation: number;
      /** How many slices of this generation make the pool complete. */
      readonly resourceSliceCount: number;
    };
  };
}

export const resourceSliceType = resourceType<ResourceSlice>(
  "resource.k8s.io/v1",
  "ResourceSlice",
  "resourceslices",
  "Cluster",
);
