import { describe, expect, it } from "vitest";
import type { Container, Pod, PodSpec, PodStatus } from "../../api/index.ts";
import { podRequests, podsRequests } from "./requests.ts";

const container = (requests: Readonly<Record<string, string>>, more: Partial<Container> = {}): Container => ({
  name: "main",
  resources: { requests },
  ...more,
});

const pod = (spec: Partial<PodSpec>, status?: PodStatus): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: { containers: [container({ cpu: "1", memory: "1Gi" })], ...spec },
  ...(status === undefined ? {} : { status }),
});

const sidecar = (cpu: string, memory: string) => container({ cpu, memory }, { name: "side", restartPolicy: "Always" });
const init = (cpu: string, memory: string) => container({ cpu, memory }, { name: "init" });
const gi = 2 ** 30;

describe("requests of a pod", () => {
  it("sum its containers and count one pod", () => {
    const two = pod({ containers: [container({ cpu: "1" }), container({ cpu: "500m", "nvidia.com/gpu": "1" })] });
    expect(podRequests(two)).toEqual({ cpu: 1500, "nvidia.com/gpu": 1, pods: 1 });
  });

  it("[scheduling E76] add the runtime's overhead", () => {
    expect(podRequests(pod({ overhead: { cpu: "2" } })).cpu).toBe(3000);
  });

  it("[scheduling E84] are at least those of the largest init container", () => {
    expect(podRequests(pod({ initContainers: [init("2", "512Mi")] }))).toEqual({ cpu: 2000, memory: gi, pods: 1 });
  });

  it("[scheduling E85] count an init container before a sidecar alone", () => {
    const spec = {
      initContainers: [init("10", "4Gi"), sidecar("4900m", "2969Mi")],
      containers: [container({ cpu: "6", memory: "2Gi" })],
    };
    expect(podRequests(pod(spec))).toEqual({ cpu: 10_900, memory: 2 * gi + 2969 * 2 ** 20, pods: 1 });
  });

  it.each([
    ["5", "1Gi", "6", "2Gi"],
    ["6", "2Gi", "5", "1Gi"],
  ])(
    "[scheduling E86] count an init container of %s cpu beside the sidecar before it",
    (initCpu, initMemory, cpu, memory) => {
      const spec = {
        initContainers: [sidecar("5", "1Gi"), init(initCpu, initMemory)],
        containers: [container({ cpu, memory })],
      };
      expect(podRequests(pod(spec))).toEqual({ cpu: 11_000, memory: 3 * gi, pods: 1 });
    },
  );

  it("[scheduling E87] are replaced by pod-level ones, where cpu, memory or huge pages are given", () => {
    const spec = {
      containers: [container({ cpu: "15", memory: "15Gi", "example.com/x": "1" })],
      resources: { requests: { cpu: "9900m", "example.com/x": "5" } },
    };
    expect(podRequests(pod(spec))).toEqual({ cpu: 9900, memory: 15 * gi, "example.com/x": 1, pods: 1 });
  });

  it("[scheduling E81] keep a zero as it is", () => {
    expect(podRequests(pod({ containers: [container({ "example.com/none": "0" })] }))).toEqual({
      "example.com/none": 0,
      pods: 1,
    });
  });

  it("are one pod for a pod that asks for nothing", () => {
    expect(podRequests(pod({ containers: [{ name: "main" }] }))).toEqual({ pods: 1 });
  });

  it("sum over pods, with their count", () => {
    expect(podsRequests([pod({}), pod({})])).toEqual({ cpu: 2000, memory: 2 * gi, pods: 2 });
  });
});

describe("[scheduling Q220] a pod in the middle of a resize", () => {
  const status = (more: Partial<PodStatus> = {}): PodStatus => ({
    containerStatuses: [{ name: "main", allocatedResources: { cpu: "2" }, resources: { requests: { cpu: "1500m" } } }],
    ...more,
  });

  it("counts the most of spec and status", () => {
    expect(podRequests(pod({}, status())).cpu).toBe(2000);
    expect(podRequests(pod({ containers: [container({ cpu: "4" })] }, status())).cpu).toBe(4000);
  });

  it("counts the status alone when the resize is infeasible", () => {
    const conditions = [{ type: "PodResizePending", status: "True" as const, reason: "Infeasible" }];
    expect(podRequests(pod({ containers: [container({ cpu: "4" })] }, status({ conditions }))).cpu).toBe(2000);
  });

  it("counts the spec when the status says nothing of resources", () => {
    expect(podRequests(pod({}, { containerStatuses: [{ name: "main", allocatedResources: { cpu: "9" } }] })).cpu).toBe(
      1000,
    );
  });
});
