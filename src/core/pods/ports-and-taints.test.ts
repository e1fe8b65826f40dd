import { describe, expect, it } from "vitest";
import type { ContainerPort, DaemonSet, Pod, Toleration } from "../../api/index.ts";
import { daemonPodOf } from "./daemon-pods.ts";
import { conflictingPorts, hostPortsOf, hostPortText } from "./host-ports.ts";
import { podRequests } from "./requests.ts";
import { tolerationError, toleratesAll } from "./tolerations.ts";

const portsOf = (...ports: readonly ContainerPort[]) =>
  hostPortsOf({ spec: { containers: [{ name: "main", ports }], initContainers: [{ name: "init", ports }] } });

describe("host ports", () => {
  it("are those of containers that ask for one, with defaults filled in", () => {
    const ports = portsOf(
      { containerPort: 80 },
      { containerPort: 81, hostPort: 0 },
      { containerPort: 82, hostPort: 8082 },
    );
    expect(ports.map(hostPortText)).toEqual(["0.0.0.0:8082/TCP"]);
  });

  it.each([
    ["the same port", { hostPort: 80 }, { hostPort: 80 }, true],
    ["another port", { hostPort: 80 }, { hostPort: 81 }, false],
    ["another protocol", { hostPort: 80 }, { hostPort: 80, protocol: "UDP" as const }, false],
    ["two addresses", { hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "10.0.0.2" }, false],
    ["one address", { hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "10.0.0.1" }, true],
    ["an address and any", { hostPort: 80, hostIP: "10.0.0.1" }, { hostPort: 80, hostIP: "::" }, true],
  ])("[scheduling F103] %s: conflict %s", (_, one, other, expected) => {
    const taken = portsOf({ containerPort: 1, ...one });
    const wanted = portsOf({ containerPort: 1, ...other });
    expect(conflictingPorts(taken, wanted) !== undefined).toBe(expected);
    expect(conflictingPorts(wanted, taken) !== undefined).toBe(expected);
  });
});

describe("taints", () => {
  const gpu = { key: "gpu", value: "a100", effect: "NoSchedule" as const };

  it.each<readonly [string, Toleration, boolean]>([
    ["by key and value", { key: "gpu", value: "a100", effect: "NoSchedule" }, true],
    ["not by another value", { key: "gpu", value: "h100" }, false],
    ["by key alone", { key: "gpu", operator: "Exists" }, true],
    ["by anything", { operator: "Exists" }, true],
    ["not by another effect", { key: "gpu", operator: "Exists", effect: "NoExecute" }, false],
    ["not by another key", { key: "tpu", operator: "Exists" }, false],
    ["by any effect", { key: "gpu", value: "a100", effect: "" }, true],
  ])("are tolerated %s", (_, toleration, expected) => {
    expect(toleratesAll([gpu], [toleration])).toBe(expected);
  });

  it.each<readonly [Toleration, string, boolean]>([
    [{ key: "sla", operator: "Gt", value: "900" }, "950", true],
    [{ key: "sla", operator: "Gt", value: "950" }, "950", false],
    [{ key: "sla", operator: "Lt", value: "900" }, "800", true],
    [{ key: "sla", operator: "Lt", value: "900" }, "none", false],
  ])("are compared as numbers: %o and %s", (toleration, value, expected) => {
    expect(toleratesAll([{ key: "sla", value, effect: "NoExecute" }], [toleration])).toBe(expected);
  });

  it("[scheduling Q214] are named one by one when they are not tolerated", () => {
    const soft = { key: "soft", effect: "PreferNoSchedule" as const };
    expect(tolerationError([gpu, soft], [])).toBe(
      "did not tolerate taint (taint=gpu=a100:NoSchedule); did not tolerate taint (taint=soft:PreferNoSchedule)",
    );
    expect(tolerationError([gpu], [{ operator: "Exists" }])).toBeUndefined();
  });
});

describe("the pod of a DaemonSet", () => {
  const pinned = {
    nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In" as const, values: ["n"] }] }],
  };
  const wanted = {
    nodeSelectorTerms: [{ matchExpressions: [{ key: "arch", operator: "In" as const, values: ["arm64"] }] }],
  };
  const daemonSet = (spec: Partial<Pod["spec"]> = {}): DaemonSet => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "logs", namespace: "kube-system", labels: { a: "b" } },
    spec: {
      selector: {},
      template: {
        spec: {
          containers: [
            { name: "main", resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { memory: "1Mi" } } },
          ],
          ...spec,
        },
      },
    },
  });
  const live: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "logs-x", namespace: "kube-system" },
    spec: {
      containers: [{ name: "main", resources: { requests: { cpu: "2" } } }],
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: pinned } },
    },
  };

  it("is made from the template when none was seen, its requests defaulted from limits", () => {
    const pod = daemonPodOf(daemonSet(), undefined);
    expect(pod.metadata).toEqual({ name: "logs", namespace: "kube-system" });
    expect(podRequests(pod)).toEqual({ cpu: 1000, memory: 2 ** 20, pods: 1 });
  });

  it("[scheduling G113] is the live one when there is one", () => {
    expect(podRequests(daemonPodOf(daemonSet(), live)).cpu).toBe(2000);
  });

  it("[scheduling G114] has the template's node affinity in place of the pin", () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: wanted } };
    const required = (pod: Pod) => pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(required(daemonPodOf(daemonSet({ affinity }), live))).toEqual(wanted);
    expect(required(daemonPodOf(daemonSet(), live))).toEqual(pinned);
  });

  it("[scheduling G115] tolerates PreferNoSchedule taints, and says so once", () => {
    const blanket: Toleration = { operator: "Exists", effect: "PreferNoSchedule" };
    expect(daemonPodOf(daemonSet(), undefined).spec.tolerations).toEqual([blanket]);
    const all: Toleration = { operator: "Exists" };
    expect(daemonPodOf(daemonSet({ tolerations: [all] }), undefined).spec.tolerations).toEqual([all]);
  });
});
