/** A full pass over single nodes of a recorded state: every candidate judged by itself. */
import { type ClusterSnapshot, createCatalogueCache, scanCandidates } from "../../src/core/index.ts";
import type { ReadState } from "./read-state.ts";

export interface ScannedState {
  readonly judged: number;
  /** Candidates that could go, for a cheaper machine or for none. */
  readonly saving: number;
}

export function scanState(snapshot: ClusterSnapshot, read: ReadState): ScannedState {
  const settings = {
    spotToSpot: read.spotToSpot,
    provisioning: { labelRules: read.labelRules, catalogueCache: createCatalogueCache() },
  };
  const verdicts = scanCandidates(snapshot, { now: read.now, settings });
  if (!verdicts.ok) throw new Error(verdicts.failure.message);
  const kinds = [...verdicts.value.values()].map(({ kind }) => kind);
  const unsure = kinds.filter((kind) => kind === "unsure").length;
  return {
    judged: kinds.length - unsure,
    saving: kinds.filter((kind) => kind === "delete" || kind === "replace").length,
  };
}
