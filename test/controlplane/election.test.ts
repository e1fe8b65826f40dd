/** Two replicas as processes of their own on a real control plane: who leads, who follows, and what ends. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  type Deployment,
  deploymentType,
  kwokNodeClassType,
  type NodePool,
  nodePoolType,
} from "../../src/api/index.ts";
import { parseAllDocuments } from "yaml";
import { isOfLease, isWrite, proxyToken } from "./api-proxy.ts";
import { startProcess } from "./other-program.ts";
import { answerOf, faultsOf, type KwokCluster, leaseName, openKwokCluster, type Replica } from "./kwok-cluster.ts";
import { installDefinitions } from "./test-cluster.ts";

const poolFile = fileURLToPath(new URL("workloads/pool.yaml", import.meta.url));
/** Long enough for a busy machine: what is measured is measured apart. */
const patienceSeconds = 120;

const running: { cluster?: KwokCluster } = {};
const cluster = (): KwokCluster => {
  if (running.cluster === undefined) throw new Error("the control plane did not start");
  return running.cluster;
};
const replicas: Replica[] = [];
async function start(...flags: readonly string[]): Promise<Replica> {
  const replica = await cluster().startReplica(`replica-${replicas.length + 1}`, ...flags);
  replicas.push(replica);
  return replica;
}
const at = (index: number): Replica => {
  const replica = replicas.at(index);
  if (replica === undefined) throw new Error("the replica of an earlier test did not start");
  return replica;
};

const holder = async (): Promise<string> => (await cluster().lease())?.spec?.holderIdentity ?? "";
const untilReady = (replica: Replica): Promise<true> =>
  cluster().until("readiness", patienceSeconds, async () =>
    (await answerOf(`${replica.probes}/readyz`)).status === 200 ? true : undefined,
  );
const untilHeldByOther = (before: string, seconds: number): Promise<string> =>
  cluster().until("a new holder", seconds, async () => {
    const now = await holder();
    return now !== "" && now !== before ? now : undefined;
  });
const untilFine = (pods: number): Promise<true> =>
  cluster().until(`${pods} pods on their nodes`, patienceSeconds, async () =>
    (await faultsOf(cluster().kube, { app: "web", pods })).length === 0 ? true : undefined,
  );

const web = (replicas: number): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "3", memory: "1Gi" } } }],
        terminationGracePeriodSeconds: 0,
      },
    },
  },
});
const scale = (replicas: number): Promise<unknown> =>
  cluster().kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas } } },
  );

beforeAll(async () => {
  running.cluster = await openKwokCluster(inject("binaries"));
});
afterAll(() => running.cluster?.stop());

describe("two replicas on a real control plane", () => {
  it("[ops 9.2.16] one is alive but not ready while the API serves no NodePools, and says so", async () => {
    const { kube, around } = cluster();
    await installDefinitions(kube, around, ["NodeOverlay", "KWOKNodeClass"]);
    const one = await start();
    const seen = await cluster().until("an answer", patienceSeconds, async () => {
      const answer = await answerOf(`${one.probes}/readyz?verbose`);
      return answer.status === 0 ? undefined : answer;
    });
    expect(seen.status).toBe(500);
    expect(seen.body).toContain("[-]crd NodePool and NodeClaim are not both served by the API");
    expect((await answerOf(`${one.probes}/healthz`)).status).toBe(200);
    await installDefinitions(kube, around, ["NodePool", "NodeClaim"]);
    await untilReady(one);
  });

  it("[ops 9.2.16] a follower is as ready as the leader", async () => {
    const two = await start();
    await untilReady(two);
    const leads = await untilHeldByOther("", patienceSeconds);
    const status = await Promise.all(
      [at(0), two].map(async ({ metrics }) => (await answerOf(`${metrics}/metrics`)).body),
    );
    const leaders = status.map((text) => /^leader_election_master_status\{[^}]*\} (\d)/m.exec(text)?.[1]);
    expect(leaders).toEqual(["1", "0"]);
    expect(leads).toMatch(/^.+_[0-9a-f-]{36}$/);
  });

  it("[ops 9.2.20] kubectl reads the lease", async () => {
    const { kubeconfig } = cluster().controlPlane;
    const read = await startProcess(inject("binaries").kubectl, [
      "--kubeconfig",
      kubeconfig,
      "-n",
      leaseName.namespace,
      "get",
      "lease",
      leaseName.name,
      "-o",
      "jsonpath={.spec.holderIdentity} {.spec.leaseDurationSeconds} {.spec.renewTime}",
    ]).ended;
    expect(read.said).toMatch(/^\S+_[0-9a-f-]{36} 15 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it("[ops 9.2.18] SIGTERM hands over within 3 s", async () => {
    const { kube } = cluster();
    for (const document of parseAllDocuments(await readFile(poolFile, "utf8"))) {
      const object = document.toJS() as NodePool;
      if (object.kind === "NodePool") await kube.create(nodePoolType, object);
      else await kube.create(kwokNodeClassType, object as never);
    }
    await kube.create(deploymentType, web(6));
    await untilFine(6);
    const before = await holder();
    const asked = performance.now();
    at(0).program.kill("SIGTERM");
    await untilHeldByOther(before, 30);
    expect(performance.now() - asked).toBeLessThan(3_000);
    expect(await at(0).program.ended).toEqual({ code: 0, signal: null });
    await scale(12);
    await untilFine(12);
  });

  it("[ops 9.2.18] SIGKILL costs at most 17 s, and what was under way is finished by the other", async () => {
    const three = await start();
    await untilReady(three);
    const before = await holder();
    await scale(18);
    const killed = performance.now();
    at(1).program.kill("SIGKILL");
    await untilHeldByOther(before, 60);
    expect(performance.now() - killed).toBeLessThan(17_000);
    await untilFine(18);
  });

  it("[ops 9.2.19] a leader cut from the API stops all writes before 15 s, and ends", async () => {
    const { proxy, program } = at(2);
    const four = await start();
    await untilReady(four);
    const before = await holder();
    const cut = performance.now();
    proxy.setFault(() => ({ kind: "hang" }));
    // Something to write, all the time.
    const churn = new AbortController();
    const churning = (async () => {
      for (let pods = 19; !churn.signal.aborted; pods += 1) {
        await scale(18 + (pods % 6));
        await cluster().around.clock.sleep(500);
      }
    })();
    const { code } = await program.ended;
    await untilHeldByOther(before, 60);
    churn.abort();
    await churning;
    const writes = proxy.calls.filter((call) => call.at > cut && isWrite(call) && !isOfLease(call));
    expect(Math.max(0, ...writes.map((call) => call.at - cut))).toBeLessThan(15_000);
    expect(code).not.toBe(0);
    await scale(18);
    await untilFine(18);
  });

  it("[ops 9.2.20] an elector in Go takes the lease over from ours, which is told of, and ours from it", async () => {
    const { kubeconfig } = cluster().controlPlane;
    const before = await holder();
    const go = startProcess(inject("binaries")["kube-scheduler"], [
      "--kubeconfig",
      kubeconfig,
      "--secure-port=0",
      "--leader-elect=true",
      `--leader-elect-resource-name=${leaseName.name}`,
      `--leader-elect-resource-namespace=${leaseName.namespace}`,
    ]);
    cluster().controlPlane.hold(go);
    cluster().lifecycle.onStop("elector in Go", () => go.stop());
    // Two of its looks at the lease, which is ours.
    await cluster().around.clock.sleep(5_000);
    expect(await holder()).toBe(before);
    at(3).program.kill("SIGTERM");
    await at(3).program.ended;
    const theirs = await untilHeldByOther(before, patienceSeconds);
    const five = await start();
    await untilReady(five);
    await cluster().until("a word about the other make", patienceSeconds, async () =>
      (await readFile(five.log, "utf8")).includes("a controller of another make holds the lease") ? true : undefined,
    );
    expect(await holder()).toBe(theirs);
    await go.stop();
    await untilHeldByOther(theirs, patienceSeconds);
    await scale(20);
    await untilFine(20);
  });

  it("[ops 9.2.9] all that they have logged is JSON, a line each, with what every line has", async () => {
    const texts = await Promise.all(replicas.map(({ log }) => readFile(log, "utf8")));
    // The last line of a process that was killed may be half a line.
    const lines = texts.flatMap((text) => text.split("\n").slice(0, -1)).filter((line) => line !== "");
    // The last word of a command, on standard error.
    const [last, ...more] = lines.filter((line) => line.startsWith("karpenter: "));
    expect([last, more]).toEqual([expect.stringContaining("the lease could not be renewed within 10000 ms"), []]);
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines.filter((each) => each !== last)) {
      const { level, time, logger, message } = JSON.parse(line) as Record<string, unknown>;
      expect(["DEBUG", "INFO", "WARN", "ERROR"]).toContain(level);
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect([logger, typeof message]).toEqual(["controller", "string"]);
    }
  });

  it("[ops 9.2.11] no line holds the token of the kubeconfig", async () => {
    const texts = await Promise.all(replicas.map(({ log }) => readFile(log, "utf8")));
    expect(texts.filter((text) => text.includes(proxyToken))).toEqual([]);
  });
});
