import { describe, expect, test } from "vitest";
import { emptyWindow, healthOf, seededWindow, withOutcome } from "./outcome-window.ts";

const windowOf = (...outcomes: readonly boolean[]) => outcomes.reduce(withOutcome, emptyWindow);

describe("registrations of a pool", () => {
  test.each([
    ["nothing seen", windowOf(), "unknown"],
    ["one success", windowOf(true), "healthy"],
    ["one failure", windowOf(false), "healthy"],
    ["two failures in a row", windowOf(false, false), "unhealthy"],
    ["[lifecycle N2] two failures and a success", windowOf(false, false, true), "unhealthy"],
    ["failures pushed out by successes", windowOf(false, false, true, true, true), "healthy"],
    ["only the last four count", windowOf(false, false, true, true, true, true), "healthy"],
  ])("%s", (_title, window, health) => {
    expect(healthOf(window)).toBe(health);
  });

  test.each([
    ["True", "healthy"],
    ["False", "unhealthy"],
    ["Unknown", "unknown"],
  ] as const)("[lifecycle N7] after a restart a condition %s counts as %s", (status, health) => {
    expect(healthOf(seededWindow(status))).toBe(health);
  });
});
