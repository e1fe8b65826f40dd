import type { NodeClaim, Pod } from "../../api/index.ts";
import type { DisruptionCommand, DisruptionMethod, DisruptionSettings, PlannedClaim } from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Ids, Logger, Random } from "../../platform/index.ts";
import type { ClusterModel } from "../cluster-state/index.ts";
import type { Caches, DecisionSink, Instruments } from "../plumbing/index.ts";

export interface DisruptionDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly instruments: Instruments;
  readonly decisions: DecisionSink;
  readonly model: ClusterModel;
  /** False: decide and tell, change nothing (modes plan and observe). */
  readonly act: boolean;
  /**
   * How long after its start the loop takes up and repairs what it finds, but decides nothing: until the provisioner has
   * said where displaced pods go, their destinations look empty. 0 when absent.
   */
  readonly quietStartMilliseconds?: number;
  /** Another controller disrupts nodes of the same cluster: marks that no command of ours holds are its own. */
  readonly sharesDisruption?: boolean;
  /** Told after each pass what it would do, or does: the commands that stood the second look, none of which may be. */
  readonly onPass?: (commands: readonly DisruptionCommand[]) => void;
  /** Tried in order; the first that finds something ends a pass. */
  readonly methods: readonly DisruptionMethod[];
  /** How they decide; the memory of moves is the controller's own. */
  readonly settings?: Partial<Omit<DisruptionSettings, "memory">>;
  /** Nodes that hold room for capacity buffers, by name: they are not empty (scheduling 7.3). */
  readonly bufferNodes?: () => ReadonlySet<string>;
  /** Chunks of capacity buffers: they have to have a place whatever goes (scheduling 7.3). */
  readonly virtualPods?: () => readonly Pod[];
  /** Creates the replacements of a command; rejects when one cannot be created, those made before stay. */
  readonly createReplacements: (
    planned: readonly PlannedClaim[],
    options: { readonly reason: string; readonly signal: AbortSignal },
  ) => Promise<readonly NodeClaim[]>;
}
