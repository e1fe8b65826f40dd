import { describe, expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import {
  deploymentType,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  nodeType,
  type Pod,
  podDisruptionBudgetType,
  podType,
} from "../api/index.ts";

const isReady = ({ status, metadata }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True");

const readyPods = async (cluster: EmbeddedCluster): Promise<number> =>
  (await cluster.list(podType)).filter(isReady).length;

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
  (await readyPods(cluster)) === count;

async function expectOneMachinePerClaim(cluster: EmbeddedCluster): Promise<void> {
  expect(await faultsOf(cluster)).toEqual([]);
}

/** Claims, nodes and machines that do not stand for each other. */
async function faultsOf(cluster: EmbeddedCluster): Promise<readonly string[]> {
  const claims = (await cluster.list(nodeClaimType)).map(({ status }) => status?.providerID ?? "none").sort();
  const nodes = (await cluster.list(nodeType)).map(({ spec }) => spec.providerID ?? "none").sort();
  const alive = cluster.account.machines.list().filter(({ state }) => state === "running" || state === "pending");
  const machines = alive.map(({ providerId }) => providerId).sort();
  const text = [claims, nodes, machines].map((ids) => ids.join(" "));
  return text.every((ids) => ids === text[0]) ? [] : [`claims [${text[0]}] nodes [${text[1]}] machines [${text[2]}]`];
}

describe("a controller that is asked to stop (operations 3.8)", () => {
  test.each([500, 1_500, 2_500, 3_500, 4_500, 5_500])(
    "[ops 9.2.34] %i ms into a slow launch: what was launched is written down or taken over, and nothing is orphaned",
    async (milliseconds) => {
      const cluster = await embeddedCluster({ families, silent: true });
      await cluster.clock.advance(5_000);
      cluster.account.faults.latency(1_500);
      await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
      await cluster.clock.advance(1_200 + milliseconds);
      await cluster.replaceOperator();
      expect(await cluster.until(isRunning(cluster, 1), 120)).toBe(true);
      await cluster.clock.advance(60_000);
      await expectOneMachinePerClaim(cluster);
      expect(cluster.everLaunched.size).toBe(1);
      await cluster.stop();
    },
  );
});

/** One family is enough for the flows, and makes the many starts cheap. */
const families = ["c6a"];

/** One main flow: what starts it, when it is over, and how many machines it may launch. */
interface Flow {
  readonly name: string;
  readonly machines: number;
  /** Starts it; what it gives says whether it is over. */
  begin(cluster: EmbeddedCluster): Promise<() => Promise<boolean>>;
}

const scaleTo = (cluster: EmbeddedCluster, replicas: number): Promise<unknown> =>
  cluster.kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas } } },
  );

/** Both pods run on one machine, and it is not the one that had to go. */
const isMoved = async (cluster: EmbeddedCluster, from: string): Promise<boolean> => {
  const claims = await cluster.list(nodeClaimType);
  return claims.length === 1 && claims[0]?.metadata.name !== from && (await readyPods(cluster)) === 2;
};

const onlyClaim = async (cluster: EmbeddedCluster): Promise<NodeClaim> => {
  const [claim] = await cluster.list(nodeClaimType);
  if (claim === undefined) throw new Error("the flow before left no claim");
  return claim;
};

const moveFrom = async (
  cluster: EmbeddedCluster,
  start: (claim: NodeClaim) => Promise<unknown>,
): Promise<() => Promise<boolean>> => {
  const claim = await onlyClaim(cluster);
  await start(claim);
  return () => isMoved(cluster, claim.metadata.name ?? "");
};

const launch: Flow = {
  name: "launch",
  machines: 1,
  begin: async (cluster) => {
    await scaleTo(cluster, 2);
    return () => isMoved(cluster, "");
  },
};

const empty: Flow = {
  name: "empty",
  machines: 0,
  begin: async (cluster) => {
    await scaleTo(cluster, 0);
    return async () => (await cluster.list(nodeClaimType)).length + (await cluster.list(nodeType)).length === 0;
  },
};

/** Each begins and ends with two pods on one machine. */
const moves: readonly Flow[] = [
  {
    name: "interruption",
    machines: 1,
    begin: (cluster) =>
      moveFrom(cluster, async ({ status }) => {
        cluster.account.faults.interrupt(status?.providerID?.split("/").at(-1) ?? "");
      }),
  },
  {
    name: "replace",
    machines: 1,
    begin: (cluster) =>
      moveFrom(cluster, async ({ metadata }) => {
        const labels = { generation: metadata.name };
        const body = { spec: { template: { metadata: { labels } } } };
        await cluster.kube.patch(nodePoolType, { name: "default" }, { type: "merge", body });
      }),
  },
  {
    name: "drain",
    machines: 1,
    begin: (cluster) =>
      moveFrom(cluster, ({ metadata }) => cluster.kube.delete(nodeClaimType, { name: metadata.name ?? "" })),
  },
];

/** What must hold while and after a flow, whatever was cut; the texts of what did not. */
async function play(cluster: EmbeddedCluster, flow: Flow, cut: number): Promise<readonly string[]> {
  const launchedBefore = cluster.everLaunched.size;
  const hadReady = await readyPods(cluster);
  cluster.arm(cut);
  const isOver = await flow.begin(cluster);
  const faults = new Set<string>();
  const over = await cluster.until(async () => {
    // The budget allows one of two to be away.
    if (hadReady === 2 && flow.machines > 0 && (await readyPods(cluster)) < 1)
      faults.add("no pod was ready for a while");
    return isOver();
  }, 240);
  if (!over) faults.add("did not end");
  await cluster.clock.advance(6_000);
  for (const fault of await faultsOf(cluster)) faults.add(fault);
  const launched = cluster.everLaunched.size - launchedBefore;
  if (launched !== flow.machines) faults.add(`${launched} machines launched, ${flow.machines} needed`);
  if (cluster.calls.includes("delete pods")) faults.add("a pod was deleted past its budget");
  return [...faults];
}

describe("a controller that dies with a call (product 8)", () => {
  test("each call of each main flow: no orphan, no double launch, no lost drain, no pod evicted against a budget", async () => {
    const disruption = {
      consolidateAfter: "0s",
      consolidationPolicy: "WhenEmpty",
      budgets: [{ nodes: "100%" }],
    } as const;
    const cluster = await embeddedCluster({ families, silent: true, capacityType: "spot", pool: { disruption } });
    await cluster.kube.create(deploymentType, deployment("web", 0, { cpu: "500m", memory: "512Mi" }));
    await cluster.kube.create(podDisruptionBudgetType, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    await cluster.clock.advance(5_000);
    const faults: string[] = [];
    const recorded = new Map<Flow, number>();
    const cuts = new Map<Flow, number>();
    const cutAt = async (flow: Flow, cut: number): Promise<void> => {
      const isCut = cut <= (recorded.get(flow) ?? 0);
      const found = await play(cluster, flow, isCut ? cut : Number.POSITIVE_INFINITY);
      // One that came through in fewer calls meets its end in those that go on all the time.
      if (isCut && (await cluster.until(async () => cluster.died, 180))) cuts.set(flow, (cuts.get(flow) ?? 0) + 1);
      faults.push(...found.map((fault) => `${flow.name}, cut at call ${cut} (${cluster.calls.at(-1)}): ${fault}`));
    };
    for (const flow of [launch, ...moves, empty]) {
      await cutAt(flow, Number.POSITIVE_INFINITY);
      recorded.set(flow, cluster.calls.length);
    }
    for (const turn of [[launch, empty], ...moves.map((move) => [move])]) {
      const most = Math.max(...turn.map((flow) => recorded.get(flow) ?? 0));
      for (let cut = 1; cut <= most; cut += 1) for (const flow of turn) await cutAt(flow, cut);
      // What moves needs something to be moved.
      if (turn.includes(empty)) await cutAt(launch, Number.POSITIVE_INFINITY);
    }
    const table = [...recorded].map(([flow, count]) => [flow.name, { recorded: count, cut: cuts.get(flow) }] as const);
    console.log(`cut points: ${JSON.stringify(Object.fromEntries(table))}`);
    expect(faults).toEqual([]);
    expect(table.map(([, { cut }]) => cut)).toEqual(table.map(([, { recorded: count }]) => count));
    await cluster.stop();
  }, 300_000);
});
