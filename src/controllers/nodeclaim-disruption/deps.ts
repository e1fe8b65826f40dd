import type { KubeClient } from "../../kube/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import type { Caches } from "../plumbing/index.ts";

export interface ClaimConditionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly provider: CloudProvider;
}
