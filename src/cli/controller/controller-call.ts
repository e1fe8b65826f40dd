import type { HttpKubeClient } from "../../kube/index.ts";
import type { OperatorOptions } from "../../operator/index.ts";
import type { Clock, Ids, Logger, MetricsRegistry, Random } from "../../platform/index.ts";
import type { Cloud } from "../clouds/cloud.ts";

/** What `karpenter controller` was told. */
export interface ControllerCall {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cloud: Cloud;
  readonly region: string;
  /** Options of the operator by flag, without dashes. */
  readonly flags: Readonly<Record<string, string>>;
}

/** The ports of the process. */
export interface Around {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
}

/** What a cloud that is played in this process needs. */
export interface CloudSetup {
  readonly call: ControllerCall;
  readonly settings: OperatorOptions;
  readonly around: Around;
  readonly kube: HttpKubeClient;
}
