import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, provisioner, stateOf } from "../testing.ts";

const rest = "providerRef: {name: default}";
const limited = (limits: string, used: string): string =>
  `${provisioner("a", `limits: {resources: {${limits}}}`)}status: {resources: {${used}}}\n`;

describe.each([
  [
    "KBP601",
    "[R65] [R66]",
    provisioner("a", rest),
    provisioner("a", `${rest}\nlimits: {resources: {cpu: 1000, memory: 1000Gi}}`),
  ],
  ["KBP602", "[R66]", nodePool("a", "[]", "limits: {cpu: 10}"), nodePool("a", "[]", "limits: {nodes: 10}")],
  [
    "KBP604",
    "[R67]",
    nodePool("a", "[]") + nodePool("b", "[]", "weight: 1"),
    nodePool("a", "[]") + nodePool("b", "[]"),
  ],
  [
    "KBP610",
    "[R54] [R71]",
    provisioner("a", rest),
    provisioner("a", `${rest}\nrequirements: [{key: karpenter.k8s.aws/instance-cpu, operator: Lt, values: ['17']}]`),
  ],
  [
    "KBP610",
    "[R71]",
    provisioner("a", `requirements: [{key: node.kubernetes.io/instance-type, operator: NotIn, values: [c5.large]}]`),
    provisioner("a", `labels: {node.kubernetes.io/instance-type: c5.large}`),
  ],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken, and not where it only looks broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

test("[R66] a pool of accelerators needs a limit of its accelerators too", () => {
  const pool = (limits: string) =>
    nodePool("a", "[{key: node.kubernetes.io/instance-type, operator: In, values: [p3.8xlarge]}]", limits);
  expect(findingsOf("KBP602", { files: pool("limits: {cpu: 10, memory: 10Gi}") })[0]?.message).toBe(
    "nvidia.com/gpu of NodePool a is unlimited",
  );
  expect(findingsOf("KBP602", { files: pool("limits: {cpu: 10, memory: 10Gi, nvidia.com/gpu: 4}") })).toEqual([]);
});

test.each([
  ["cpu: 100", "cpu: 79900m", []],
  ["cpu: 100", "cpu: 80", ["warning"]],
  ["cpu: 100, memory: 10Gi", "cpu: 100, memory: 11Gi", ["error", "error"]],
])("[R68] of limits %s a use of %s is %j", (limits, used, expected) => {
  expect(findingsOf("KBP603", { dump: limited(limits, used) }).map(({ severity }) => severity)).toEqual(expected);
});

test("[R68] KBP603 is not known from files, which is no pass", () => {
  expect(stateOf("KBP603", { files: limited("cpu: 100", "cpu: 100") })).toBe("unknown");
});

test("[R69] KBP605 finds the text of every version, once an hour", () => {
  const line = (time: string, text: string) => `2022-08-17T${time}:00.000Z\tERROR\tcontroller.provisioning\t${text}\n`;
  const log = [
    line("10:00", "Could not schedule pod, memory resource usage of 1001 exceeds limit of 1000"),
    line("10:30", "Could not schedule pod, memory resource usage of 1001 exceeds limit of 1000"),
    line("11:00", "all available instance types exceed limits for provisioner"),
    line("11:01", "Batched 1 pods in 1.0s"),
  ].join("");
  expect(findingsOf("KBP605", { log }).map(({ message, evidence }) => [message, evidence.slice(0, 7)])).toEqual([
    ["A pool refused capacity: memory resource usage of 1001 exceeds limit of 1000", "2 lines"],
    [expect.stringContaining("exceed limits for provisioner"), "1 line "],
  ]);
});

test("[R69] KBP605 reads events of the engine too, of the last day", () => {
  const event = (component: string, time: string) =>
    `---\napiVersion: v1\nkind: Event\nmetadata: {name: e}\ninvolvedObject: {kind: Pod, name: p}\nreason: FailedScheduling\nmessage: 'all available instance types exceed limits for provisioner: "a"'\nsource: {component: ${component}}\nlastTimestamp: "${time}"\n`;
  const at = (component: string, time: string) =>
    findingsOf("KBP605", { dump: event(component, time), now: "2026-06-02T12:00:00Z" });
  expect(at("karpenter", "2026-06-02T10:00:00Z")).toMatchObject([
    { message: expect.stringContaining("exceed limits for provisioner"), evidence: "1 event, the first about Pod p" },
  ]);
  expect(at("karpenter", "2026-06-01T10:00:00Z")).toEqual([]);
  expect(at("default-scheduler", "2026-06-02T10:00:00Z")).toEqual([]);
});

test("[R69] of a long log the last day counts", () => {
  const line = (day: number, text: string) => `2026-06-0${day}T10:00:00.000Z\tERROR\tcontroller\t${text}\n`;
  const hit = "cpu resource usage of 11 exceeds limit of 10";
  expect(findingsOf("KBP605", { log: line(1, hit) + line(5, "all is well") })).toEqual([]);
  expect(findingsOf("KBP605", { log: line(1, "all is well") + line(5, hit) })).toHaveLength(1);
});
