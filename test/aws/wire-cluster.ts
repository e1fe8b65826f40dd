/** A whole cluster in this process whose machines are moto's: API server, stand-ins, and the operator with the SDK. */
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type KubeObject,
  type ResourceType,
} from "../../src/api/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { createApiServer, startStandIns } from "../../src/local/index.ts";
import { connectAwsAccount, createOperator, defaultOptions } from "../../src/operator/index.ts";
import {
  createIds,
  createLogger,
  createMetricsRegistry,
  createSeededRandom,
  createSystemClock,
} from "../../src/platform/index.ts";
import { createMixedAccount, type MixedAccount, region } from "./mixed-clients.ts";
import { clusterName, type MotoAccount, prepareMoto } from "./moto-account.ts";
import { createMotoMachines } from "./moto-machines.ts";

export interface WireCluster {
  readonly kube: KubeClient;
  readonly moto: MotoAccount;
  readonly mixed: MixedAccount;
  /** Everything that was logged, at every level. */
  readonly logText: () => string;
  /** Metrics exposition of the operator. */
  readonly metricsText: () => Promise<string>;
  /** Polls until the look gives something; rejects, naming what was waited for, after the seconds. */
  until<T>(what: string, look: () => Promise<T | undefined | false>, seconds: number): Promise<T>;
  list<T extends KubeObject>(type: ResourceType<T>): Promise<readonly T[]>;
  stop(): Promise<void>;
}

export async function startWireCluster(
  motoUrl: string,
  parameters: Readonly<Record<string, string>>,
): Promise<WireCluster> {
  const clock = createSystemClock();
  const random = createSeededRandom("wire");
  const ids = createIds(random);
  const lines: string[] = [];
  const log = createLogger({ clock, level: "debug", destination: { write: (line: string) => void lines.push(line) } });
  const metrics = createMetricsRegistry();
  const stopping = new AbortController();
  const { signal } = stopping;
  const moto = await prepareMoto(motoUrl, parameters);
  const mixed = await createMixedAccount(motoUrl, metrics);
  const server = createApiServer({ clock, ids, random });
  const kube = server.client();
  for (const crd of customResourceDefinitions)
    await kube.create<KubeObject>(customResourceDefinitionType, crd, { signal });
  const machines = createMotoMachines(moto.ec2, kube);
  const standIns = startStandIns(
    { kube, clock, random, ids, log, metrics: createMetricsRegistry(), kubelets: { machines } },
    signal,
  );
  const options = {
    ...defaultOptions,
    clusterName,
    interruptionQueue: clusterName,
    batchIdleMilliseconds: 200,
    eksControlPlane: true,
    disableLeaderElection: true,
  };
  const provider = await connectAwsAccount(
    { options, kube, log, metrics, version: "test", caBundle: "Y2E=", region, clients: mixed.clients },
    { signal },
  );
  const operator = createOperator({ kube, provider, clock, random, ids, log, metrics, options });
  const ended = Promise.allSettled([operator.run(signal), machines.run(signal), standIns.done]);
  await operator.running;
  return {
    kube,
    moto,
    mixed,
    logText: () => lines.join(""),
    metricsText: () => metrics.expose(),
    until: async (what, look, seconds) => {
      const ends = performance.now() + seconds * 1000;
      for (;;) {
        const found = await look();
        if (found !== undefined && found !== false) return found;
        if (performance.now() > ends) throw new Error(`not within ${seconds} s: ${what}\n${lines.slice(-40).join("")}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    list: async (type) => (await kube.list(type)).items,
    stop: async () => {
      stopping.abort(new Error("test over"));
      await ended;
      await server.close();
      mixed.simulated.close();
    },
  };
}
