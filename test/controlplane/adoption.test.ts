/**
 * From Karpenter to this controller and back, step by step as docs/operate.md has it, on definitions and objects as Karpenter
 * 1.14 leaves them: beside it first, for its consolidation alone, then in its place, then away again. Nothing drifts, nothing is
 * launched or terminated, and no annotation of an object changes that nothing was done to.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  awsAnnotations,
  type DisruptionBudget,
  ec2NodeClassType,
  isConditionTrue,
  type KubeObject,
  type Lease,
  leaseType,
  nodeClaimType,
  nodePoolType,
  nodeType,
  podType,
  type ResourceType,
} from "../../src/api/index.ts";
import { type ApiProxy, isOfLease, isWrite, startApiProxy } from "./api-proxy.ts";
import { isRunning } from "./cluster-waits.ts";
import { releasedDefinitions } from "./released-definitions.ts";
import { createSmallMachines, scaleWeb, untilOnePodEach } from "./small-machines.ts";
import { createSurroundings, type Surroundings } from "./surroundings.ts";
import { openRealCluster, type StartedOperator, type TestCluster } from "./test-cluster.ts";

const patienceSeconds = 240;
const leaseName = { namespace: "kube-system", name: "karpenter-leader-election" };
const karpenter = "karpenter-6d5c7f9b8-x2x4k_8a4c1f0e-3a53-4a55-9d9e-0d3f6f3f7f11";
const kindNames = new Set(["nodes", "nodeclaims", "nodepools", "ec2nodeclasses", "pods", "events"]);
const kinds: readonly ResourceType[] = [nodePoolType, ec2NodeClassType, nodeClaimType, nodeType];

const running: { cluster?: TestCluster; proxy?: ApiProxy; operator?: StartedOperator } = {};
const cluster = (): TestCluster => {
  if (running.cluster === undefined) throw new Error("the cluster did not start");
  return running.cluster;
};
const sleep = (milliseconds: number): Promise<void> => cluster().around.clock.sleep(milliseconds);

/** How releases stamp; the number is their own way's, and ours never makes it. */
const releasedStamp = {
  [awsAnnotations.ec2NodeClassHash]: "1141141141",
  [awsAnnotations.ec2NodeClassHashVersion]: "v5",
};

async function stampAsReleased(): Promise<void> {
  const { kube } = cluster();
  const body = { metadata: { annotations: releasedStamp } };
  await kube.patch(ec2NodeClassType, { name: "default" }, { type: "merge", body });
  for (const { metadata } of await cluster().list(nodeClaimType))
    await kube.patch(nodeClaimType, { name: metadata.name ?? "" }, { type: "merge", body });
}

const setBudgets = (...budgets: readonly DisruptionBudget[]): Promise<unknown> =>
  cluster().kube.patch(nodePoolType, { name: "small" }, { type: "merge", body: { spec: { disruption: { budgets } } } });

/** Whether the definition of node classes, as the API server publishes it, knows a field. */
const knowsField = async (field: string): Promise<boolean> =>
  (await cluster().kubectl("get", "--raw", "/openapi/v3/apis/karpenter.k8s.aws/v1")).stdout.includes(`"${field}":`);

const cpuOptionsPath = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/cpuOptions";
const changeClassDefinition = (operation: object): Promise<unknown> =>
  cluster().kubectl(
    "patch",
    "crd",
    "ec2nodeclasses.karpenter.k8s.aws",
    "--type=json",
    `--patch=${JSON.stringify([operation])}`,
  );

const warnings = ({ log }: Surroundings): readonly string[] =>
  log.lines.filter(({ level }) => level === "warn" || level === "error").map(({ message }) => message);

/** The lease as the other controller holds it: renewed, and without a mark of ours. */
async function holdLease(holderIdentity: string): Promise<void> {
  const { kube, around } = cluster();
  const time = new Date(around.clock.now()).toISOString().replace("Z", "000Z") as NonNullable<
    Lease["spec"]
  >["renewTime"];
  const current = await kube.get(leaseType, leaseName);
  const { annotations: _, ...metadata } = current.metadata;
  const spec = { holderIdentity, leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 1 };
  await kube.update(leaseType, { ...current, metadata, spec } as Lease);
}

/** What makes an object the one that it was: everything but what kubelets report and conditions tell. */
async function picture(): Promise<Readonly<Record<string, unknown>>> {
  const objects: (readonly [string, unknown])[] = [];
  for (const type of kinds) {
    for (const object of await cluster().list<KubeObject>(type)) {
      const { name, uid, annotations, labels, finalizers, ownerReferences } = object.metadata;
      const { spec } = object as KubeObject & { readonly spec?: unknown };
      objects.push([`${type.kind} ${name}`, { uid, annotations, labels, finalizers, ownerReferences, spec }]);
    }
  }
  const machines = cluster()
    .account.machines.list()
    .map(({ providerId, state }) => `${providerId} ${state}`);
  return Object.fromEntries([...objects, ["machines", machines.toSorted()]]);
}

/** Keys of our own domain on objects that are Karpenter's too. */
async function ownMarks(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const type of kinds) {
    for (const { metadata } of await cluster().list<KubeObject>(type)) {
      const keys = [
        ...Object.keys(metadata.annotations ?? {}),
        ...Object.keys(metadata.labels ?? {}),
        ...(metadata.finalizers ?? []),
      ];
      found.push(
        ...keys.filter((key) => key.includes("karpenter-ts")).map((key) => `${type.kind} ${metadata.name}: ${key}`),
      );
    }
  }
  return found;
}

beforeAll(async () => {
  running.cluster = await openRealCluster(inject("binaries"), releasedDefinitions);
  running.proxy = await startApiProxy(running.cluster.controlPlane?.kubeconfig ?? "");
  // What Karpenter makes of a pool and three pods; hashes and their versions are its own (spec: api 8).
  await createSmallMachines(running.cluster);
  const past = await running.cluster.startOperator();
  await scaleWeb(running.cluster, 3);
  await untilOnePodEach(running.cluster, 3, patienceSeconds);
  await running.cluster.until(patienceSeconds, async () => {
    const quiet = (await cluster().list(nodeClaimType)).filter((claim) => isConditionTrue(claim, "Consolidatable"));
    return quiet.length === 3 ? undefined : `${quiet.length} claims are quiet`;
  });
  await past.end();
  await stampAsReleased();
  await holdLease(karpenter);
});
afterAll(async () => {
  await running.cluster?.stop();
  await running.proxy?.close();
});

describe("the way from Karpenter, and back", () => {
  it("begins with objects as Karpenter 1.14 leaves them", async () => {
    expect(await ownMarks()).toEqual([]);
    const [claim] = await cluster().list(nodeClaimType);
    expect(claim?.metadata.annotations).toMatchObject({
      "karpenter.sh/nodepool-hash-version": "v3",
      "karpenter.k8s.aws/ec2nodeclass-hash-version": "v5",
    });
    expect(claim?.metadata.finalizers).toEqual(["karpenter.sh/termination"]);
  });

  it("beside a Karpenter that runs, it tells what it would do and save, writes nothing, and sees the other at work", async () => {
    const { proxy } = running;
    if (proxy === undefined) throw new Error("the proxy did not start");
    const before = await picture();
    const around = createSurroundings();
    const start = { kubeconfig: proxy.kubeconfig, around, options: { mode: "observe" } } as const;
    const observer = await cluster().startOperator(start);
    await scaleWeb(cluster(), 5);
    const planned = (name: string): Promise<number | undefined> =>
      around.metrics.value(`karpenter_planned_${name}`).then((value) => value ?? 0);
    await cluster().until(patienceSeconds, async () => {
      await holdLease(karpenter);
      const launches = observer.decisions.list().filter(({ kind }) => kind === "launch").length;
      if (launches < 2 || (await planned("launches")) !== 2) return `${launches} launches told of`;
      const isWarned = warnings(around).some((message) => message.startsWith("another controller that launches nodes"));
      return isWarned ? undefined : "the other controller was not seen";
    });
    expect(await planned("launch_cost")).toBeGreaterThan(0);
    const exposed = await around.metrics.expose();
    expect(exposed).toMatch(/^karpenter_cluster_state_node_count 3$/m);
    await scaleWeb(cluster(), 2);
    await cluster().until(patienceSeconds, async () =>
      (await planned("removals")) === 1 ? undefined : "no removal is told of",
    );
    expect(await planned("saving")).toBeGreaterThan(0);
    await scaleWeb(cluster(), 3);
    await cluster().until(patienceSeconds, async () => {
      const running = (await cluster().list(podType)).filter(isRunning).length;
      return running === 3 ? undefined : `${running} pods run`;
    });
    await observer.end();
    expect(proxy.calls.filter(isWrite)).toEqual([]);
    expect(await picture()).toEqual(before);
    // Definitions of this release lack nothing that is used, and the administrator lacks no right.
    expect(warnings(around).filter((message) => /definitions|rights/.test(message))).toEqual([]);
  });

  it("of definitions that lack a field it says which, and how they are upgraded", async () => {
    const [field] = releasedDefinitions.flatMap(({ spec }) => (spec.names.kind === "EC2NodeClass" ? [spec] : []));
    const schema = field?.versions[0]?.schema?.openAPIV3Schema as { properties: { spec: { properties: object } } };
    const { cpuOptions } = schema.properties.spec.properties as { cpuOptions: object };
    await changeClassDefinition({ op: "remove", path: cpuOptionsPath });
    await cluster().until(patienceSeconds, async () =>
      (await knowsField("cpuOptions")) ? "the field is still published" : undefined,
    );
    const around = createSurroundings();
    const observer = await cluster().startOperator({ around, options: { mode: "observe" } });
    const told = () =>
      around.log.lines.find(({ message }) => message.startsWith("definitions in the cluster are of another version"));
    await cluster().until(patienceSeconds, async () => (told() === undefined ? "not a word yet" : undefined));
    expect(told()?.fields).toMatchObject({ lacking: { "ec2nodeclasses.karpenter.k8s.aws": ["spec.cpuOptions"] } });
    await observer.end();
    await changeClassDefinition({ op: "add", path: cpuOptionsPath, value: cpuOptions });
    await cluster().until(patienceSeconds, async () =>
      (await knowsField("cpuOptions")) ? undefined : "the field is not published yet",
    );
  });

  it("takes over the consolidation alone of a pool that is handed over, while the other does all the rest", async () => {
    const { proxy } = running;
    if (proxy === undefined) throw new Error("the proxy did not start");
    await holdLease("");
    // Plays Karpenter: it takes Karpenter's lease, and heeds the budget as Karpenter does.
    const theirs = createSurroundings();
    const other = await cluster().startOperator({ around: theirs });
    await setBudgets({ nodes: "100%" }, { nodes: "0", reasons: ["Empty", "Underutilized"] });
    const from = proxy.calls.length;
    const options = { mode: "consolidate", leaderElectionName: "karpenter-ts-consolidation" } as const;
    const ours = await cluster().startOperator({ kubeconfig: proxy.kubeconfig, around: createSurroundings(), options });
    await scaleWeb(cluster(), 2);
    await untilOnePodEach(cluster(), 2, patienceSeconds);
    const removals = (operator: StartedOperator): number =>
      operator.decisions.list().filter(({ kind }) => kind === "remove").length;
    expect([removals(ours), removals(other)]).toEqual([1, 0]);
    const writes = proxy.calls.slice(from).filter((call) => isWrite(call) && !isOfLease(call));
    const kindsOf = writes.map(
      ({ method, path }) =>
        `${method} ${path
          .split("/")
          .filter((part) => kindNames.has(part))
          .join()}`,
    );
    expect([...new Set(kindsOf)].toSorted()).toEqual(
      expect.arrayContaining(["DELETE nodeclaims", "PATCH nodeclaims", "PATCH nodes"]),
    );
    expect(kindsOf.filter((each) => /nodepools|ec2nodeclasses|pods/.test(each))).toEqual([]);
    // And back: without the budget the pool is the other's again.
    await ours.end();
    await setBudgets({ nodes: "100%" });
    await scaleWeb(cluster(), 3);
    await untilOnePodEach(cluster(), 3, patienceSeconds);
    await other.end();
    expect((await cluster().list(nodeClaimType)).map(({ metadata }) => metadata.annotations)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining(releasedStamp)),
    );
  });

  it("in the place of Karpenter, it leaves everything as it is and goes on from there", async () => {
    await holdLease("");
    const before = await picture();
    running.operator = await cluster().startOperator({ around: createSurroundings() });
    // Longer than any of its loops takes to come round.
    await sleep(20_000);
    expect(await picture()).toEqual(before);
    const claims = await cluster().list(nodeClaimType);
    expect(claims.filter((claim) => isConditionTrue(claim, "Drifted"))).toEqual([]);
    await scaleWeb(cluster(), 4);
    await untilOnePodEach(cluster(), 4, patienceSeconds);
    const after = await picture();
    const old = Object.keys(before).filter((key) => key !== "machines");
    expect(Object.fromEntries(old.map((key) => [key, after[key]]))).toEqual(
      Object.fromEntries(old.map((key) => [key, before[key]])),
    );
  });

  it("and back: the lease is free for Karpenter, and nothing of ours is left on what is its own", async () => {
    const before = await picture();
    await running.operator?.end();
    expect((await cluster().kube.get(leaseType, leaseName)).spec?.holderIdentity).toBe("");
    await holdLease(karpenter);
    await sleep(5_000);
    expect(await picture()).toEqual(before);
    expect(await ownMarks()).toEqual([]);
  });
});
