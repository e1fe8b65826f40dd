import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createManualClock, createMetricsRegistry, createRecordingLogger } from "../platform/index.ts";
import { recordToFile } from "./decision-file.ts";
import { createDecisionLog } from "./decision-log.ts";

function rig(path: string, append?: (path: string, text: string) => void) {
  const clock = createManualClock();
  const around = { clock, log: createRecordingLogger(), metrics: createMetricsRegistry() };
  const decisions = createDecisionLog(clock);
  const end = recordToFile(decisions, { path, ...around, ...(append === undefined ? {} : { append }) });
  const decide = (pod: string): void => decisions.record({ kind: "launch", pods: [pod], reason: "cheapest" });
  const lost = (): Promise<number | undefined> => around.metrics.value("karpenter_decision_log_lost_lines_total");
  return { ...around, decide, end, lost };
}

test("each decision is a line of JSON, until the end", () => {
  const folder = mkdtempSync(join(tmpdir(), "decisions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "decisions.jsonl");
  const { decide, end } = rig(path);
  decide("default/a");
  decide("default/b");
  end();
  decide("default/c");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { schema: "decision/1", kind: "launch", pods: ["default/a"] },
    { schema: "decision/1", kind: "launch", pods: ["default/b"] },
  ]);
});

// The device that answers every write as a full disk does.
test.skipIf(!existsSync("/dev/full"))("a full disk is told of once a minute, counted, and survived", async () => {
  const { clock, log, decide, lost } = rig("/dev/full");
  for (let index = 0; index < 5; index += 1) decide(`default/a-${index}`);
  await clock.advance(61_000);
  decide("default/b");
  expect(await lost()).toBe(6);
  expect(log.lines.map(({ level, fields }) => [level, String(fields["error"]).includes("ENOSPC")])).toEqual([
    ["error", true],
    ["error", true],
  ]);
});

test("what comes when there is room again is written", async () => {
  const written: string[] = [];
  let full = true;
  const { decide, lost } = rig("/decisions", (_path, text) => {
    if (full) throw new Error("ENOSPC");
    written.push(text);
  });
  decide("default/a");
  full = false;
  decide("default/b");
  expect([await lost(), written.length]).toEqual([1, 1]);
});
