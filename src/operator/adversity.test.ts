import { describe, expect, test } from "vitest";
import {
  deployment,
  type EmbeddedCluster,
  type EmbeddedOptions,
  embeddedCluster,
} from "../../test/controllers/embedded-cluster.ts";
import {
  deploymentType,
  eventType,
  isConditionTrue,
  nodeClaimType,
  nodeType,
  type Pod,
  podType,
} from "../api/index.ts";

const pods = 12;

const isRunning = (cluster: EmbeddedCluster) => async (): Promise<boolean> => {
  const all = await cluster.list(podType);
  return all.filter(({ status }) => status?.phase === "Running").length === pods;
};

const isEmpty = (cluster: EmbeddedCluster) => async (): Promise<boolean> =>
  (await cluster.list(nodeType)).length + (await cluster.list(nodeClaimType)).length === 0;

const machines = (cluster: EmbeddedCluster): readonly string[] =>
  cluster.account.machines
    .list()
    .filter(({ state }) => state === "running" || state === "pending")
    .map(({ providerId }) => providerId)
    .sort();

/** Up and down again, under whatever `disturb` does; ends with an account that holds nothing. */
async function live(options: EmbeddedOptions, disturb: (cluster: EmbeddedCluster) => void): Promise<EmbeddedCluster> {
  const cluster = await embeddedCluster(options);
  await cluster.clock.advance(5_000);
  disturb(cluster);
  await cluster.kube.create(deploymentType, deployment("web", pods, { cpu: "1", memory: "1Gi" }));
  expect(await cluster.until(isRunning(cluster), 300)).toBe(true);
  await cluster.clock.advance(150_000);
  const owned = (await cluster.list(nodeClaimType)).map(({ status }) => status?.providerID ?? "").sort();
  expect(machines(cluster)).toEqual(owned);
  const scale = { type: "merge", body: { spec: { replicas: 0 } } } as const;
  await cluster.kube.patch(deploymentType, { name: "web", namespace: "default" }, scale);
  expect(await cluster.until(isEmpty(cluster), 400)).toBe(true);
  await cluster.clock.advance(150_000);
  expect(machines(cluster)).toEqual([]);
  return cluster;
}

describe("under adversity", () => {
  test.each([1, 3, 10])("[ops 9.2.27] watches that break after %i events lose nothing", async (breakWatchesAfter) => {
    const cluster = await live({ breakWatchesAfter }, () => undefined);
    await cluster.stop();
  });

  test("a type that cannot be had is given up, and another one taken", async () => {
    const cluster = await live({}, ({ account }) => {
      account.faults.insufficientCapacity({ instanceType: "c6a.xlarge" });
      account.faults.insufficientCapacity({ instanceType: "c6a.2xlarge" });
    });
    const launched = cluster.operator.decisions.list().filter(({ kind }) => kind === "launched");
    expect(launched.length).toBeGreaterThan(0);
    expect(launched.map(({ machine }) => machine)).not.toContain("c6a.xlarge");
    await cluster.stop();
  });

  test.each([1, 2, 3, 4, 5])(
    "seed %i: a cloud that answers slowly and loses answers leaves no machine behind and launches none twice",
    async (seed) => {
      const cluster = await live({ seed }, ({ account }) => {
        account.faults.latency(2_000);
        account.faults.loseResponses(0.2);
      });
      // What was launched without our hearing of it was taken over, not launched again.
      const launches = cluster.operator.decisions.list().filter(({ kind }) => kind === "launch");
      expect(cluster.everLaunched.size).toBe(launches.length);
      await cluster.stop();
    },
  );

  test("a cloud that throttles is waited for", async () => {
    const cluster = await live({}, ({ account }) => account.faults.throttle(5));
    await cluster.stop();
  });
});

describe("machines that the cloud takes back", () => {
  const families = ["c6a", "m6a"];
  const podsRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> =>
    (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running").length === count;
  const instanceIds = (cluster: EmbeddedCluster): readonly string[] =>
    machines(cluster).map((providerId) => providerId.split("/").at(-1) ?? "");

  async function withPods(options: EmbeddedOptions): Promise<EmbeddedCluster> {
    const cluster = await embeddedCluster({ families, ...options });
    await cluster.kube.create(deploymentType, deployment("web", 2, { cpu: "1", memory: "1Gi" }));
    expect(await cluster.until(podsRunning(cluster, 2), 120)).toBe(true);
    return cluster;
  }

  test("a spot notice: told, replaced before the machine goes, and its offering left alone", async () => {
    const cluster = await withPods({ capacityType: "spot" });
    const [doomed = ""] = instanceIds(cluster);
    const launchedBefore = cluster.everLaunched.size;
    expect(cluster.account.faults.interrupt(doomed)).toBe(true);
    const isReplaced = async (): Promise<boolean> =>
      cluster.everLaunched.size > launchedBefore && (await podsRunning(cluster, 2)());
    expect(await cluster.until(isReplaced, 110)).toBe(true);
    await cluster.clock.advance(60_000);
    expect(instanceIds(cluster)).not.toContain(doomed);
    const told = (await cluster.list(eventType)).map(
      ({ reason, involvedObject }) => `${involvedObject.kind} ${reason}`,
    );
    expect(told).toContain("NodeClaim SpotInterrupted");
    expect(told).toContain("Node TerminatingOnInterruption");
    const owned = (await cluster.list(nodeClaimType)).map(({ status }) => status?.providerID ?? "").sort();
    expect(machines(cluster)).toEqual(owned);
    await cluster.stop();
  });

  test("terminated by hand: its claim goes with it, and its pods run elsewhere", async () => {
    const cluster = await withPods({});
    for (const id of instanceIds(cluster)) expect(cluster.account.faults.terminate(id)).toBe(true);
    await cluster.clock.advance(5_000);
    expect(await cluster.until(podsRunning(cluster, 2), 300)).toBe(true);
    await cluster.clock.advance(120_000);
    const owned = (await cluster.list(nodeClaimType)).map(({ status }) => status?.providerID ?? "").sort();
    expect(machines(cluster)).toEqual(owned);
    await cluster.stop();
  });
});

describe("machines of others in the account", () => {
  test("[lifecycle G6] one without the pool's tag is never touched, whatever else it carries; one with it is ended", async () => {
    const cluster = await embeddedCluster({ families: ["c6a"] });
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    expect(await cluster.until(async () => machines(cluster).length === 1, 60)).toBe(true);
    const [own] = machines(cluster);
    const { ec2 } = cluster.account.clients;
    const { signal } = new AbortController();
    const { LaunchTemplates: [template] = [] } = await ec2.describeLaunchTemplates({}, { signal });
    const { Subnets: [subnet] = [] } = await ec2.describeSubnets({}, { signal });
    const launch = (tags: Readonly<Record<string, string>>) =>
      ec2.createFleet(
        {
          Type: "instant",
          LaunchTemplateConfigs: [
            {
              LaunchTemplateSpecification: {
                LaunchTemplateName: template?.LaunchTemplateName ?? "",
                Version: "$Latest",
              },
              Overrides: [{ InstanceType: "c6a.large", SubnetId: subnet?.SubnetId ?? "" }],
            },
          ],
          TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "on-demand" },
          TagSpecifications: [
            { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
          ],
        },
        { signal },
      );
    const ours = { "eks:eks-cluster-name": cluster.account.clusterName, "karpenter.k8s.aws/ec2nodeclass": "default" };
    await launch(ours);
    await launch({ ...ours, "karpenter.sh/nodepool": "default" });
    expect(machines(cluster)).toHaveLength(3);
    await cluster.clock.advance(300_000);
    expect(machines(cluster)).toHaveLength(2);
    expect(machines(cluster)).toContain(own);
    await cluster.stop();
  });
});

describe("a single replica whose node goes", () => {
  /** Whether some pod was ready at every second of the move. */
  async function move(annotations: Readonly<Record<string, string>>): Promise<{ readonly always: boolean }> {
    const cluster = await embeddedCluster({ families: ["c6a"] });
    const web = deployment("web", 1, { cpu: "500m", memory: "512Mi" });
    const { template } = web.spec;
    const annotated = { ...template, metadata: { ...template.metadata, annotations } };
    await cluster.kube.create(deploymentType, { ...web, spec: { ...web.spec, template: annotated } });
    const isReady = (pod: Pod): boolean =>
      pod.metadata.deletionTimestamp === undefined && isConditionTrue(pod, "Ready");
    const ready = async (): Promise<number> => (await cluster.list(podType)).filter(isReady).length;
    expect(await cluster.until(async () => (await ready()) === 1, 120)).toBe(true);
    const [claim] = await cluster.list(nodeClaimType);
    const name = claim?.metadata.name ?? "";
    await cluster.kube.delete(nodeClaimType, { name });
    let always = true;
    const isOver = async (): Promise<boolean> => {
      always &&= (await ready()) >= 1;
      return (await cluster.list(nodeClaimType)).every(({ metadata }) => metadata.name !== name);
    };
    expect(await cluster.until(isOver, 300)).toBe(true);
    expect(await cluster.until(async () => (await ready()) === 1, 60)).toBe(true);
    await cluster.stop();
    return { always };
  }

  test("is never away where its pod asks for a surge, and is away for a while where it does not", async () => {
    expect(await move({ "karpenter-ts.dev/surge": "true" })).toEqual({ always: true });
    expect(await move({})).toEqual({ always: false });
  });
});
