import { describe, expect, it } from "vitest";
import { annotations, type CapacityBuffer, type PodTemplateSpec } from "../../api/index.ts";
import { pod, podsOf } from "../../../test/builders/pods.ts";
import { node, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { provision } from "../provisioning/provision.ts";
import { bufferOutcome } from "./buffer-outcome.ts";
import { bufferSize } from "./buffer-size.ts";
import { virtualPods } from "./virtual-pods.ts";

const buffer = (spec: CapacityBuffer["spec"] = { replicas: 2 }): CapacityBuffer => ({
  apiVersion: "autoscaling.x-k8s.io/v1beta1",
  kind: "CapacityBuffer",
  metadata: { name: "spare", namespace: "default", uid: "u" },
  ...(spec === undefined ? {} : { spec }),
});
const template = (cpu: string): PodTemplateSpec => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "app", resources: { requests: { cpu } } }] },
});

describe("the size of a buffer", () => {
  it.each([
    ["replicas", { replicas: 3 }, undefined, 3],
    ["a share, rounded up", { percentage: 10 }, 15, 2],
    ["a share of at least one", { percentage: 1 }, 5, 1],
    ["the larger of both", { replicas: 2, percentage: 50 }, 10, 5],
    ["no share of nothing", { percentage: 50 }, 0, 0],
    ["what limits hold", { replicas: 9, limits: { cpu: "2" } }, undefined, 4],
    ["limits alone", { limits: { cpu: "3", memory: "1Gi" } }, undefined, 6],
    ["limits on something else", { replicas: 2, limits: { "example.com/gpu": "1" } }, undefined, 2],
    ["nothing", {}, undefined, 0],
  ])("is %s", (_, spec, target, expected) => {
    expect(bufferSize({ spec }, { cpu: 500 }, target)).toBe(expected);
  });
});

describe("virtual pods", () => {
  it("[scheduling O206] are named and marked after their buffer, and claim no volumes", () => {
    const spec = {
      containers: [{ name: "app", volumeMounts: [{ name: "data" }, { name: "tmp" }] }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "c" } },
        { name: "tmp", emptyDir: {} },
      ],
      nodeName: "n",
    };
    const [first, second] = virtualPods(buffer(), { spec }, 2);
    expect([first?.metadata.name, second?.metadata.uid, first?.spec.priority]).toEqual([
      "capacity-buffer-spare-1",
      "u-2",
      -2_147_483_648,
    ]);
    expect(first?.metadata.annotations).toEqual({
      [annotations.capacityBufferFakePod]: "true",
      [annotations.capacityBufferName]: "spare",
      [annotations.capacityBufferNamespace]: "default",
    });
    expect([first?.spec.volumes, first?.spec.containers[0]?.volumeMounts, first?.spec.nodeName]).toEqual([
      [{ name: "tmp", emptyDir: {} }],
      [{ name: "tmp" }],
      undefined,
    ]);
  });

  const outcome = (cpu: string, nodes: ReturnType<typeof node>[], count = 2) => {
    const chunks = virtualPods(buffer(), template(cpu), count);
    const plan = provision(snapshot({ pods: [pod("real"), ...chunks], nodes }), testOptions);
    return bufferOutcome(plan, { key: "default/spare", ready: true, desired: count });
  };

  it("[scheduling O206] that need machines get them, and are told as new capacity", () => {
    expect(outcome("3", [])).toEqual({
      status: "False",
      reason: "RequiresNewCapacity",
      message: "2/2 virtual pods required new capacity, 0 failed",
    });
  });

  it("[scheduling O206] that fit on nodes are told as fitting", () => {
    expect(outcome("1", [node("there")])).toEqual({
      status: "True",
      reason: "FitsExistingCapacity",
      message: "All 2 virtual pods fit on existing capacity",
    });
  });

  it("that fit nowhere are told as failed", () => {
    expect(outcome("1000", []).message).toBe("0/2 virtual pods required new capacity, 2 failed");
  });

  it.each([
    ["BufferEmpty", { ready: true, desired: 0 }],
    ["NotReadyForProvisioning", { ready: false, desired: 2 }],
  ])("of a buffer that is %s are none", (reason, state) => {
    const plan = provision(snapshot({ pods: podsOf(1, "web") }), testOptions);
    expect(bufferOutcome(plan, { key: "default/spare", ...state })).toMatchObject({ status: "False", reason });
  });
});
