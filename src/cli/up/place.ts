import type { KubeClient } from "../../kube/index.ts";
import type { SimulatedAccount } from "../../local/index.ts";
import type { JoinedCluster } from "../clouds/simulated-provider.ts";
import type { KindLookup } from "./apply.ts";

/** The cluster that `up` works on: the embedded one, or a test cluster of the user's. */
export interface UpPlace extends JoinedCluster {
  /** Applies manifests and watches; not counted against the controller's limits. */
  readonly kube: KubeClient;
  /** The controller's own ways to the API server: over HTTPS (docs/adr/0002); the lease has one to itself. */
  readonly controllerKube: KubeClient;
  readonly electionKube: KubeClient;
  /** The file with which kubectl reaches it. */
  readonly kubeconfig: string;
  readonly account: SimulatedAccount;
  /** The resource that serves a kind now, as a manifest names it. */
  readonly typeOf: KindLookup;
  /** Resolves when its kubelets, and whatever else is played in this process, work. */
  readonly started: Promise<void>;
}
