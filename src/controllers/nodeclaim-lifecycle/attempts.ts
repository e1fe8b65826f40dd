import type { NodeClaim } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import type { CloudInstance, CloudProvider } from "../../provider/index.ts";
import { millisOf } from "../plumbing/index.ts";

/** Which launches may have happened without anybody having written them down. */
export interface LaunchAttempts {
  /**
   * Machines to look among before a launch: those of the cloud when an earlier process, or an earlier call without an
   * answer, may have launched one for this claim; undefined when that cannot be.
   */
  suspects(claim: NodeClaim, signal: AbortSignal): Promise<readonly CloudInstance[] | undefined>;
  begin(claim: NodeClaim): void;
  /** The attempt was answered, or the claim is gone. */
  end(claim: NodeClaim): void;
}

export function createLaunchAttempts(deps: {
  readonly clock: Clock;
  readonly provider: CloudProvider;
}): LaunchAttempts {
  const started = deps.clock.now();
  const open = new Set<string>();
  const uidOf = ({ metadata }: NodeClaim): string => metadata.uid ?? "";
  // What an earlier process launched was there before this one: one list serves all of its claims.
  let inherited: Promise<readonly CloudInstance[]> | undefined;
  const inheritedList = (signal: AbortSignal): Promise<readonly CloudInstance[]> => {
    inherited ??= deps.provider.list({ signal }).catch((error: unknown) => {
      inherited = undefined;
      throw error;
    });
    return inherited;
  };
  return {
    suspects: async (claim, signal) => {
      if (open.has(uidOf(claim))) return deps.provider.list({ signal });
      // Creation times are cut to the second: one of this very second may be older than this process.
      const created = millisOf(claim.metadata.creationTimestamp) ?? 0;
      return created <= started ? inheritedList(signal) : undefined;
    },
    begin: (claim) => void open.add(uidOf(claim)),
    end: (claim) => void open.delete(uidOf(claim)),
  };
}
