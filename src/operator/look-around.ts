import { nodeClaimType, nodePoolType } from "../api/index.ts";
import type { KubeClient } from "../kube/index.ts";
import type { Logger } from "../platform/index.ts";
import { tellMissingRights } from "./missing-rights.ts";
import { neededRights, type RightsScope } from "./needed-rights.ts";
import { type ServedSchemas, tellOldDefinitions } from "./old-definitions.ts";
import type { OperatorOptions } from "./options.ts";

export interface LookAround extends Omit<RightsScope, "mode"> {
  readonly kube: KubeClient;
  readonly log: Logger;
  readonly options: OperatorOptions;
  readonly schemas?: ServedSchemas;
}

/** What whoever installed this should know at once: rights that are missing, definitions of another version. */
export async function lookAround(around: LookAround, signal: AbortSignal): Promise<void> {
  const { kube, log, schemas, options, nodeClassTypes, lease } = around;
  const needed = neededRights({ mode: options.mode, nodeClassTypes, lease });
  await tellMissingRights({ kube, log, needed }, signal);
  if (schemas === undefined) return;
  await tellOldDefinitions({ schemas, log, types: [nodePoolType, nodeClaimType, ...nodeClassTypes] }, signal);
}
