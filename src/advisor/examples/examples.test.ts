/** Each rule on one object that breaks it, one that is fine, and one that looks like a violation but is none. */
import { describe, expect, test } from "vitest";
import { allRules } from "../registry/all-rules.ts";
import { advise } from "../run/advise.ts";
import { type Given, inputOf } from "../testing.ts";
import { billExamples } from "./bill.ts";
import type { RuleExample } from "./example.ts";
import { hygieneExamples } from "./hygiene.ts";
import { poolExamples } from "./pools.ts";
import { privateClusterExamples } from "./private-cluster.ts";
import { runningExamples } from "./running.ts";
import { spotExamples } from "./spot.ts";
import { workloadExamples } from "./workloads.ts";

const examples: readonly RuleExample[] = [
  ...runningExamples,
  ...privateClusterExamples,
  ...poolExamples,
  ...spotExamples,
  ...workloadExamples,
  ...billExamples,
  ...hygieneExamples,
];

test("every rule has its three examples, once, in order", () => {
  expect(examples.map(({ rule }) => rule)).toEqual(allRules.map(({ id }) => id));
});

const textOf = ({ files = "", dump = "", log = "", account, metrics, thresholds }: Given): string =>
  JSON.stringify([files, dump, log, account, metrics, thresholds], (_, value: unknown) =>
    value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value,
  );

describe.each(allRules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const own = examples.find((example) => example.rule === id);
  const tags = rule.requirements.map((requirement) => `[${requirement}]`).join(" ");
  const outcomeOf = (kind: "violating" | "clean" | "lookalike") => {
    if (own === undefined) throw new Error(`${id} has no example`);
    return advise(inputOf(own[kind]), [rule]).rules[0];
  };

  test(`${tags} ${id} is found where it is broken`, () => {
    expect(outcomeOf("violating")).toEqual({ rule: id, state: "fail" });
  });

  // Passed, not passed over: a rule without a subject would be skipped.
  test(`${tags} ${id} passes where all is well`, () => {
    expect(outcomeOf("clean")).toEqual({ rule: id, state: "pass" });
  });

  test(`${tags} ${id} is silent: ${own?.because ?? "no example"}`, () => {
    expect(outcomeOf("lookalike")).toEqual({ rule: id, state: own?.state ?? "pass" });
  });

  test(`${id}: the three are three`, () => {
    if (own === undefined) throw new Error(`${id} has no example`);
    expect(new Set([own.violating, own.clean, own.lookalike].map(textOf)).size).toBe(3);
  });
});
