import { describe, expect, test } from "vitest";
import { createManualClock } from "../../platform/index.ts";
import { createKubeletEvaluator } from "./evaluator.ts";

const inputs = {
  vcpus: 4,
  memory_mib: 16_384,
  default_enis: 4,
  ips_per_eni: 15,
  max_pods: 58,
  instance_type: "m5.xlarge",
};

const evaluator = createKubeletEvaluator({ clock: createManualClock() });

describe("an expression of the kubelet settings", () => {
  test.each([
    ["110", 110],
    ["vcpus * 10", 40],
    ["default_enis * (ips_per_eni - 1) + 2", 58],
    ["min(max_pods, 40)", 40],
    ["max(max_pods, 40)", 58],
    ["max(1.5, 2.5)", 2],
    ["double(vcpus) * 1.9", 7],
    ["double(vcpus) * -1.9", -7],
    ['instance_type == "m5.xlarge" ? 7 : 8', 7],
    ['instance_type.startsWith("m5.") ? memory_mib / 100 : 0', 163],
  ])("%s is %d", (text, value) => {
    expect(evaluator.problemOf(text)).toBeUndefined();
    expect(evaluator.evaluate(text, inputs)).toEqual({ ok: true, value });
  });

  test.each([
    ["vcpus *", "is no expression"],
    ["cores * 2", "is no expression"],
    ['"110"', "gives string; expected a number"],
    ["vcpus > 2", "gives bool; expected a number"],
    ["vcpus * 1.5", "is no expression"],
    ["", "is no expression"],
  ])("%s does not compile to a number", (text, problem) => {
    expect(evaluator.problemOf(text)).toContain(problem);
    expect(evaluator.evaluate(text, inputs)).toMatchObject({ ok: false });
  });

  test.each([
    ["vcpus / (vcpus - 4)", "fails: "],
    ["double(vcpus) / 0.0", "gives Infinity; expected a finite number"],
  ])("%s compiles and fails on this type", (text, problem) => {
    expect(evaluator.problemOf(text)).toBeUndefined();
    expect(evaluator.evaluate(text, inputs)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(problem) },
    });
  });
});
