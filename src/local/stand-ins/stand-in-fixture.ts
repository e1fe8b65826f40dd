/** Builders for tests of the stand-ins: an embedded API server, machines by hand, virtual time. */
import type { KubeObject, Node, Pod, PodSpec, ResourceQuantities, ResourceType } from "../../api/index.ts";
import { nodeType, podType } from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";
import type { EpochMillis } from "../../core/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import type { ManualClock, RecordingLogger } from "../../platform/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
} from "../../platform/index.ts";
import { createApiServer } from "../apiserver/server.ts";
import type { Machine, MachineFeed } from "../machines.ts";
import { startStandIns } from "./start-stand-ins.ts";
import type { StandInOptions } from "./start-stand-ins.ts";

/** Machines that a test adds and changes by hand. */
export interface MachineYard extends MachineFeed {
  add(change?: Partial<Machine>): Machine;
  change(instanceId: string, change: Partial<Machine>): void;
}

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

export function createMachineYard(now: () => EpochMillis): MachineYard {
  const machines = new Map<string, Machine>();
  const listeners = new Set<(machine: Machine) => void>();
  const set = (machine: Machine): Machine => {
    machines.set(machine.instanceId, machine);
    for (const listener of listeners) listener(machine);
    return machine;
  };
  return {
    list: () => [...machines.values()],
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(change = {}) {
      const serial = machines.size + 1;
      const zone = change.zone ?? zones[serial % zones.length] ?? "us-east-1a";
      const instanceId = change.instanceId ?? `i-${serial.toString(16).padStart(17, "0")}`;
      const resources: ResourceQuantities = { cpu: "4", memory: "16Gi", pods: "58", "ephemeral-storage": "80Gi" };
      return set({
        instanceId,
        providerId: `aws:///${zone}/${instanceId}`,
        privateDnsName: `ip-10-0-${serial >>> 8}-${serial & 255}.ec2.internal`,
        privateIp: `10.0.${serial >>> 8}.${serial & 255}`,
        instanceType: "m5.xlarge",
        zone,
        region: "us-east-1",
        arch: "amd64",
        os: "linux",
        capacityType: "on-demand",
        imageId: "ami-0",
        launchedAt: now(),
        state: "running",
        failed: false,
        capacity: resources,
        allocatable: resources,
        labels: {},
        taints: [],
        ...change,
      });
    },
    change(instanceId, change) {
      const machine = machines.get(instanceId);
      if (machine === undefined) throw new Error(`no machine ${instanceId}`);
      set({ ...machine, ...change });
    },
  };
}

export interface StandInFixture {
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly yard: MachineYard;
  readonly log: RecordingLogger;
  pods(namespace?: string): Promise<readonly Pod[]>;
  nodes(): Promise<readonly Node[]>;
  list<T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]>;
  /** Moves time on in steps until `reached` holds; fails the test with what `describe` says after `limit` milliseconds. */
  until(reached: () => Promise<boolean>, limit?: number): Promise<void>;
}

/** Runs `test` on a cluster of its own with all stand-ins (or those named), and stops it afterwards. */
export async function withStandIns(
  options: Partial<StandInOptions>,
  test: (cluster: StandInFixture) => Promise<void>,
): Promise<void> {
  const clock = createManualClock({ start: Date.parse("2026-11-01T10:00:00Z") });
  const random = createSeededRandom(11);
  const ids = createIds(createSeededRandom(12));
  const log = createRecordingLogger();
  const server = createApiServer({ clock, ids });
  const kube = server.client();
  const yard = createMachineYard(() => epochMillisOf(clock.now()));
  const stop = new AbortController();
  const metrics = createMetricsRegistry();
  const running = startStandIns(
    { kube, clock, random, ids, log, metrics, ...options, kubelets: { ...options.kubelets, machines: yard } },
    stop.signal,
  );
  await clock.advance(1);
  await running.started;
  const list = async <T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]> =>
    (await kube.list(type)).items;
  const cluster: StandInFixture = {
    clock,
    kube,
    yard,
    log,
    list,
    pods: async (namespace) => (await kube.list(podType, namespace === undefined ? {} : { namespace })).items,
    nodes: () => list(nodeType),
    async until(reached, limit = 120_000) {
      const end = clock.monotonic() + limit;
      while (!(await reached())) {
        if (clock.monotonic() >= end) throw new Error(`not reached within ${limit} ms: ${reached.toString()}`);
        await clock.advance(100);
      }
    },
  };
  try {
    await test(cluster);
  } finally {
    stop.abort(new Error("test is over"));
    await clock.advance(10_000);
    await running.done;
    await server.close();
  }
}

/** A pod of the default namespace with one container. */
export function podOf(name: string, spec: Partial<PodSpec> & { readonly requests?: ResourceQuantities } = {}): Pod {
  const { requests, ...rest } = spec;
  const container = { name: "app", image: "app:1", ...(requests === undefined ? {} : { resources: { requests } }) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers: [container], ...rest },
  };
}

export const isRunning = (pod: Pod): boolean => pod.status?.phase === "Running";
