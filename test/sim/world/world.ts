/** The whole product in one process on virtual time: API server, stand-ins, account and controller. */
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  daemonSetType,
  deploymentType,
  ec2NodeClassType,
  nodePoolType,
  podDisruptionBudgetType,
} from "../../../src/api/index.ts";
import type { KubeClient } from "../../../src/kube/index.ts";
import {
  type ApiServer,
  createApiServer,
  createSimulatedAccount,
  type SimulatedAccount,
  startStandIns,
} from "../../../src/local/index.ts";
import {
  createIds,
  createManualClock,
  createMetricsRegistry,
  createSeededRandom,
  type ManualClock,
} from "../../../src/platform/index.ts";
import { agent, consolidatedPools, deployment, disruptionBudget, nodeClass, nodePools } from "../manifests.ts";
import type { Scenario } from "../scenario.ts";
import { createRecentLog, type RecentLog } from "./recent-log.ts";

export interface World {
  readonly clock: ManualClock;
  readonly api: ApiServer;
  /** Straight to the store. */
  readonly kube: KubeClient;
  readonly account: SimulatedAccount;
  readonly log: RecentLog;
  /** Ends the stand-ins and the server; the controller is to be stopped before. */
  stop(): Promise<void>;
}

const start = Date.parse("2026-11-02T00:00:00Z");

/** Boots the cluster without a controller. Nothing that the scenario asks for has been created yet. */
export function bootWorld({ seed }: Scenario): World {
  const clock = createManualClock({ start });
  const random = createSeededRandom(`${seed}/cluster`);
  const ids = createIds(random);
  const log = createRecentLog(clock);
  const api = createApiServer({ clock, ids, random, log });
  const kube = api.client();
  const account = createSimulatedAccount({ clock, random: createSeededRandom(`${seed}/account`) });
  const stopping = new AbortController();
  const standIns = startStandIns(
    {
      kube,
      clock,
      random,
      ids,
      log,
      metrics: createMetricsRegistry(),
      // Beats would be most of a run, and nobody but the stand-ins listens to them.
      kubelets: { machines: account.machines, timings: { leaseRenewal: Number.POSITIVE_INFINITY } },
    },
    stopping.signal,
  );
  standIns.done.catch(() => undefined);
  return {
    clock,
    api,
    kube,
    account,
    log,
    stop: async () => {
      stopping.abort(new Error("the run is over"));
      await clock.advance(60_000);
      await standIns.done;
      await api.close();
    },
  };
}

/** Everything that the scenario begins with. */
export async function fillWorld({ kube }: World, { seed, deployments, consolidates }: Scenario): Promise<void> {
  for (const definition of customResourceDefinitions) await kube.create(customResourceDefinitionType, definition);
  await kube.create(ec2NodeClassType, nodeClass);
  for (const pool of consolidates ? consolidatedPools : nodePools) await kube.create(nodePoolType, pool);
  await kube.create(daemonSetType, agent);
  for (let index = 0; index < deployments; index += 1) {
    await kube.create(deploymentType, deployment(seed, index));
    const budget = disruptionBudget(index);
    if (budget !== undefined) await kube.create(podDisruptionBudgetType, budget);
  }
}
