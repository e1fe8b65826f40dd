import { describe, expect, test } from "vitest";
import { createManualClock } from "../platform/index.ts";
import { createDecisionLog } from "./decision-log.ts";

const unplaced = { kind: "unplaced", pods: ["default/a"], reason: "no room" } as const;

describe("decision log", () => {
  test("keeps the last thousand, dated, oldest first", () => {
    const log = createDecisionLog(createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") }));
    for (let index = 0; index < 1_005; index += 1) log.record({ ...unplaced, pods: [`default/p-${index}`] });
    expect(log.list().length).toBe(1_000);
    expect(log.list()[0]).toEqual({ time: "2026-11-02T10:00:00Z", ...unplaced, pods: ["default/p-5"] });
  });

  test("the same decision is told again only after five minutes", async () => {
    const clock = createManualClock();
    const log = createDecisionLog(clock);
    const heard: string[] = [];
    const stop = log.subscribe(({ reason }) => heard.push(reason));
    log.record(unplaced);
    await clock.advance(299_000);
    log.record(unplaced);
    log.record({ ...unplaced, reason: "other" });
    await clock.advance(1_000);
    log.record(unplaced);
    stop();
    log.record({ ...unplaced, reason: "unheard" });
    expect(heard).toEqual(["no room", "other", "no room"]);
    expect(log.list().length).toBe(4);
  });
});
