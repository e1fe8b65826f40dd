/** The table of all admission rules, by kind. Ids are unique. */
import { capacityBufferRows } from "./capacity-buffer-rows.ts";
import { conditionRows } from "./condition-rows.ts";
import { disruptionRows } from "./disruption-rows.ts";
import { ec2ImageRows } from "./ec2-image-rows.ts";
import { ec2MachineRows } from "./ec2-machine-rows.ts";
import { ec2Rows } from "./ec2-rows.ts";
import { ec2SelectorRows } from "./ec2-selector-rows.ts";
import { ec2StatusRows } from "./ec2-status-rows.ts";
import { ec2VolumeRows } from "./ec2-volume-rows.ts";
import { eraRows } from "./era-rows.ts";
import { listRows } from "./list-rows.ts";
import { nodeClaimRows } from "./node-claim-rows.ts";
import { nodeOverlayRows } from "./node-overlay-rows.ts";
import { nodePoolRows } from "./node-pool-rows.ts";
import type { RuleCase } from "./rule-case.ts";
import { toRuleCase } from "./rule-case.ts";
import { simulatorRows } from "./simulator-rows.ts";

export const admissionRuleCases: readonly RuleCase[] = Object.freeze(
  [
    ...nodePoolRows,
    ...disruptionRows,
    ...listRows,
    ...nodeClaimRows,
    ...nodeOverlayRows,
    ...capacityBufferRows,
    ...ec2Rows,
    ...ec2SelectorRows,
    ...ec2ImageRows,
    ...ec2MachineRows,
    ...ec2StatusRows,
    ...ec2VolumeRows,
    ...conditionRows,
    ...simulatorRows,
    ...eraRows,
  ].map(toRuleCase),
);
