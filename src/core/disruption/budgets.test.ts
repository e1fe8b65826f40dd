import { describe, expect, it } from "vitest";
import type { DisruptionBudget, DisruptionReason, NodePool } from "../../api/index.ts";
import { poolViewOf } from "../cluster/views.ts";
import { epochMillisOf } from "../time.ts";
import { isBudgetActive } from "./budget-window.ts";
import { allowedDisruptions, unlimitedDisruptions } from "./budgets.ts";

const hour = 3_600_000;
/** A Sunday, 00:00 UTC. */
const sunday = 1_767_484_800_000;

const poolWith = (...budgets: readonly DisruptionBudget[]) => {
  const nodePool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default" },
    spec: {
      template: { spec: { requirements: [], nodeClassRef: { group: "g", kind: "EC2NodeClass", name: "c" } } },
      disruption: { budgets },
    },
  };
  return poolViewOf(nodePool);
};

const allowed = (reason: DisruptionReason, nodes: number, ...budgets: readonly DisruptionBudget[]) => {
  const result = allowedDisruptions(poolWith(...budgets), { reason, nodes, now: epochMillisOf(sunday) });
  return result.ok ? result.value : result.failure.message;
};

const inactive = { schedule: "0 12 * * *", duration: "1h" };

describe("allowed disruptions", () => {
  it.each(["Empty", "Drifted", "Underutilized"] as const)(
    "[lifecycle B1] are none for %s by an active budget of 0",
    (reason) => {
      expect(allowed(reason, 10, { nodes: "0" })).toBe(0);
    },
  );

  it("[lifecycle B2] are unlimited when no budget is active, or there is none", () => {
    expect(allowed("Empty", 10, { nodes: "0", ...inactive })).toBe(unlimitedDisruptions);
    expect(allowed("Empty", 10)).toBe(unlimitedDisruptions);
  });

  it("[lifecycle B3] do not heed an inactive budget for the reason", () => {
    expect(allowed("Empty", 10, { nodes: "0", reasons: ["Empty"], ...inactive }, { nodes: "7" })).toBe(7);
  });

  it("[lifecycle B4] are the least of those that apply", () => {
    const budgets: readonly DisruptionBudget[] = [
      { nodes: "10" },
      { nodes: "100" },
      { nodes: "100%" },
      { nodes: "15", reasons: ["Drifted", "Underutilized"] },
      { nodes: "5", reasons: ["Drifted"] },
    ];
    expect(
      ["Drifted", "Underutilized", "Empty"].map((reason) => allowed(reason as DisruptionReason, 100, ...budgets)),
    ).toEqual([5, 10, 10]);
  });

  it.each<readonly [DisruptionBudget, string]>([
    [{ nodes: "1000a%" }, '"1000a%" is not a number of nodes'],
    [{ nodes: "101%" }, '"101%" is not a number of nodes'],
    [{ nodes: "1", schedule: "whenever", duration: "1h" }, "expected five fields, found 1"],
    [{ nodes: "1", duration: "1h" }, 'a duration of "1h" needs a schedule'],
    [{ nodes: "1", schedule: "@daily", duration: "long" }, '"long" is not a duration'],
  ])("[lifecycle B5] fail by %j", (budget, message) => {
    expect(allowed("Empty", 10, { nodes: "50" }, budget)).toContain(message);
  });

  it("[lifecycle B5] fail for every reason by one bad budget", () => {
    expect(allowed("Empty", 10, { nodes: "x", reasons: ["Drifted"] })).toContain("not a number");
  });

  it("[lifecycle B10] round a share up", () => {
    expect([10, 1, 0, 20].map((nodes) => allowed("Empty", nodes, { nodes: "5%" }))).toEqual([1, 1, 0, 1]);
    expect(allowed("Empty", 10, { nodes: "30%" })).toBe(3);
  });

  it("[lifecycle B18] do not heed a budget with an empty list of reasons", () => {
    expect(allowed("Empty", 10, { nodes: "0", reasons: [] })).toBe(unlimitedDisruptions);
  });
});

describe("the window of a budget", () => {
  const active = (schedule: string, duration: string | undefined, now: number) => {
    const budget = { nodes: "1", schedule, ...(duration === undefined ? {} : { duration }) };
    const result = isBudgetActive(budget, epochMillisOf(now));
    return result.ok ? result.value : result.failure.message;
  };

  it("[lifecycle B6] opens with the schedule and closes after the duration", () => {
    const opening = sunday + 6.5 * hour;
    const at = [sunday, opening - 1, opening, opening + 3 * hour, opening + 6 * hour - 1, opening + 6 * hour];
    expect(at.map((now) => active("30 6 * * SUN", "6h", now))).toEqual([false, false, true, true, true, false]);
  });

  it("[lifecycle B7] never closes when it is longer than the pause", () => {
    expect([0, 1, 12, 23].map((hours) => active("@daily", "48h", sunday + hours * hour))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("[lifecycle B8] is read in UTC", () => {
    expect(active("0 9 * * mon-fri", "8h", sunday + 33 * hour)).toBe(true);
    expect(active("0 9 * * mon-fri", "8h", sunday + 33 * hour - 1)).toBe(false);
  });

  it("[lifecycle B9] does not run backwards", () => {
    expect(active("0 0 * * tue-mon", "1h", sunday)).toContain(
      'schedule "0 0 * * tue-mon": From value is larger than to value',
    );
  });

  it("never opens without a duration", () => {
    expect(active("* * * * *", undefined, sunday)).toBe(false);
  });

  it.each(["@hourly", "@midnight", "@weekly", "*/15 * * * *", "5/15 0-6 ? jan-dec SUN", "0 0 1,15 * 0"])(
    "reads %s",
    (schedule) => {
      expect(typeof active(schedule, "1h", sunday)).toBe("boolean");
    },
  );

  it.each([
    "0 0 * * 7",
    "0 0 L * *",
    "60 0 * * *",
    "* * * *",
    "0 0 * * * *",
    "TZ=UTC 0 0 * * *",
    "@every 1h",
    "0 0 * * 1#2",
    "0 0 0 * *",
  ])("refuses %s", (schedule) => {
    expect(active(schedule, "1h", sunday)).toContain(`schedule "${schedule}"`);
  });

  it("is closed by a schedule that never fires", () => {
    expect(active("0 0 30 2 *", "1h", sunday)).toBe(false);
  });
});
