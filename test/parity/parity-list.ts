import { applyCalls } from "./calls/apply.ts";
import { askCalls } from "./calls/ask.ts";
import { changeCalls } from "./calls/change.ts";
import { describeCalls } from "./calls/describe.ts";
import { errorCalls } from "./calls/errors.ts";
import { getCalls } from "./calls/get.ts";
import { nodeCalls } from "./calls/nodes.ts";
import { workloadCalls } from "./calls/workloads.ts";
import type { ParityCall } from "./parity-call.ts";

/** Every call that both servers must answer alike (issue 4, item 2). */
export const parityList: readonly ParityCall[] = [
  ...getCalls,
  ...describeCalls,
  ...applyCalls,
  ...changeCalls,
  ...workloadCalls,
  ...nodeCalls,
  ...askCalls,
  ...errorCalls,
];
