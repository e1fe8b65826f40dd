import type { ConfigMap, Pod } from "../../api/index.ts";
import {
  createManualClock,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
  type ManualClock,
  type Random,
  type ReadableMetricsRegistry,
  type RecordingLogger,
} from "../../platform/index.ts";
import { FakeApi } from "./fake-api.ts";

/** What this room's tests build on: virtual time, a seeded chance, logs and metrics that can be read, a fake server. */
export interface Rig {
  readonly api: FakeApi;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly log: RecordingLogger;
  readonly metrics: ReadableMetricsRegistry;
  readonly stop: AbortController;
  readonly signal: AbortSignal;
}

export function createRig(): Rig {
  const stop = new AbortController();
  return {
    api: new FakeApi(),
    clock: createManualClock(),
    random: createSeededRandom("kube"),
    log: createRecordingLogger(),
    metrics: createMetricsRegistry(),
    stop,
    signal: stop.signal,
  };
}

export const configMap = (name: string, value = "", uid?: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", ...(uid === undefined ? {} : { uid }) },
  data: { value },
});

export const pod = (name: string, nodeName?: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "main" }], ...(nodeName === undefined ? {} : { nodeName }) },
});
