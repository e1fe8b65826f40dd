import { expect, it } from "vitest";
import { coverageOf } from "./coverage.ts";

const ids = { scheduling: ["A1", "A2", "B3"], aws: ["9.1.1"] };
const test = (title: string, state = "passed") => ({ title, file: "a.test.ts", state });
const covered = (...tests: ReturnType<typeof test>[]) =>
  coverageOf(ids, { scheduling: { B3: "needs devices" } }, [{ tests }]);

it("counts a scenario once, however many tests name it", () => {
  const [scheduling, aws] = covered(
    test("pods > [scheduling A1] one"),
    test("[scheduling A1] [scheduling A2] two"),
    test("[aws 9.1.1] three"),
  );
  expect([scheduling?.passing, scheduling?.missing, aws?.passing]).toEqual([2, ["B3"], 1]);
});

it.each(["failed", "skipped", "pending"])("counts nothing that %s", (state) => {
  expect(covered(test("[scheduling A1] one", state))[0]?.missing).toContain("A1");
});

it("counts nothing of which another test failed", () => {
  expect(covered(test("[scheduling A1] one"), test("[scheduling A1] two", "failed"))[0]?.missing).toContain("A1");
});

it("tells the reason where there is one, and names that no chapter has", () => {
  const [scheduling] = covered(test("[scheduling Z9] one"));
  expect(scheduling?.excepted).toEqual([{ id: "B3", reason: "needs devices" }]);
  expect(scheduling?.unknown).toEqual(["scheduling Z9"]);
});
