import { describe, expect, test } from "vitest";
import type { ApiObject } from "../store/api-object.ts";
import { customColumns } from "./custom-columns.ts";
import { humanDuration } from "./human-duration.ts";
import { podStatus } from "./pod-columns.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe("durations", () => {
  test.each([
    [0, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [9 * minute + 30 * second, "9m30s"],
    [10 * minute + 30 * second, "10m"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [7 * hour + 5 * minute, "7h5m"],
    [47 * hour, "47h"],
    [49 * hour, "2d1h"],
    [8 * day + hour, "8d"],
    [729 * day, "729d"],
    [3 * 365 * day, "3y"],
    [-5 * second, "<invalid>"],
  ])("%d ms is %s", (milliseconds, text) => expect(humanDuration(milliseconds)).toBe(text));
});

const pod = (status: object, metadata: object = {}, spec: object = {}): ApiObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec,
  status,
});
const waiting = (reason: string) => ({ name: "a", state: { waiting: { reason } } });

describe("status of a pod", () => {
  test.each([
    ["Pending", pod({ phase: "Pending" })],
    [
      "SchedulingGated",
      pod({ phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] }),
    ],
    ["ContainerCreating", pod({ phase: "Pending", containerStatuses: [waiting("ContainerCreating")] })],
    ["Terminating", pod({ phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
    ["Evicted", pod({ phase: "Failed", reason: "Evicted" }, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
    [
      "OOMKilled",
      pod({
        phase: "Running",
        containerStatuses: [{ name: "a", state: { terminated: { reason: "OOMKilled", exitCode: 137 } } }],
      }),
    ],
    [
      "ExitCode:3",
      pod({ phase: "Running", containerStatuses: [{ name: "a", state: { terminated: { exitCode: 3 } } }] }),
    ],
    [
      "Init:0/2",
      pod(
        { phase: "Pending", initContainerStatuses: [{ name: "i", state: { running: {} } }] },
        {},
        { initContainers: [{ name: "i" }, { name: "j" }] },
      ),
    ],
    [
      "Init:CrashLoopBackOff",
      pod(
        { phase: "Pending", initContainerStatuses: [{ ...waiting("CrashLoopBackOff"), name: "i" }] },
        {},
        { initContainers: [{ name: "i" }] },
      ),
    ],
  ])("%s", (text, object) => expect(podStatus(object)).toBe(text));
});

describe("printer columns", () => {
  const claim: ApiObject = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "x", labels: { "karpenter.sh/nodepool": "default" }, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { list: [{ a: 1 }, { a: 2 }] },
    status: {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Drifted", status: "False" },
      ],
    },
  };
  const now = Date.parse("2026-01-01T00:03:00Z");

  test.each([
    [".metadata.labels.karpenter\\.sh/nodepool", "string", "default"],
    ['.status.conditions[?(@.type=="Ready")].status', "string", "True"],
    [".status.conditions[*].type", "string", "Ready Drifted"],
    [".spec.list[1].a", "integer", 2],
    [".spec.nothing", "string", ""],
    [".spec.nothing", "integer", null],
    [".metadata.creationTimestamp", "date", "3m"],
  ])("%s", (jsonPath, type, cell) => {
    const [column] = customColumns([{ name: "C", type, jsonPath }]);
    expect(column?.cell(claim, now)).toEqual(cell);
  });
});
