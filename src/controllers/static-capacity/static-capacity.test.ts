import { describe, expect, test } from "vitest";
import { nodeClaim, nodePool } from "../../../test/controllers/builders.ts";
import {
  type ClusterFixture,
  clusterFixture,
  type FixtureOptions,
  overClient,
} from "../../../test/controllers/cluster-fixture.ts";
import { type NodeClaim, nodeClaimType, type NodePool, nodePoolType } from "../../api/index.ts";
import {
  type ClusterLimit,
  epochMillisOf,
  missingReplicas,
  readClusterLimits,
  surplusMembers,
  type StaticMember,
} from "../../core/index.ts";
import { KubeFault } from "../../kube/index.ts";
import { createClusterModel } from "../cluster-state/index.ts";
import { createStaticDeprovisioning } from "./deprovisioning.ts";
import { createStaticProvisioning, isWorthALook } from "./provisioning.ts";

interface StaticCluster {
  readonly fixture: ClusterFixture;
  readonly claims: () => Promise<readonly NodeClaim[]>;
  readonly scale: (change: Partial<NodePool["spec"]>) => Promise<void>;
  readonly launched: () => Promise<void>;
}

const ready = {
  status: {
    conditions: [
      { type: "Ready", status: "True", reason: "Ready", message: "", lastTransitionTime: "2026-11-02T10:00:00Z" },
    ],
  },
};

async function staticCluster(
  pool: NodePool,
  options: FixtureOptions & { readonly isReady?: boolean; readonly clusterLimits?: readonly ClusterLimit[] } = {},
): Promise<StaticCluster> {
  const fixture = await clusterFixture(options);
  const created = await fixture.create(nodePoolType, pool);
  if (options.isReady !== false) await fixture.patch(nodePoolType, created, ready, "status");
  const { clusterLimits = [] } = options;
  const deps = { ...fixture, model: createClusterModel(fixture), clusterLimits };
  await fixture.run(createStaticProvisioning(deps), createStaticDeprovisioning(deps));
  await fixture.advance(1_000);
  const claims = async () => (await fixture.kube.list(nodeClaimType)).items;
  return {
    fixture,
    claims,
    scale: async (change) => {
      const current = (await fixture.get(nodePoolType, pool.metadata.name ?? ""))!;
      await fixture.patch(nodePoolType, current, { spec: change });
      await fixture.advance(2_000);
    },
    launched: async () => {
      for (const claim of await claims()) {
        if (claim.status?.providerID !== undefined) continue;
        await fixture.patch(
          nodeClaimType,
          claim,
          { status: { providerID: `fake:///z/${claim.metadata.name}` } },
          "status",
        );
      }
      await fixture.advance(0);
    },
  };
}

const fixed = (replicas: number, change: Partial<NodePool["spec"]> = {}): NodePool =>
  nodePool("default", { replicas, ...change });

describe("a pool of a fixed size", () => {
  test("[lifecycle S1] gets its claims at once, as its template says", async () => {
    const taints = [{ key: "team", effect: "NoSchedule" as const }];
    const template = {
      metadata: { labels: { team: "a" } },
      spec: { ...nodePool("default").spec.template.spec, taints },
    };
    const cluster = await staticCluster(fixed(5, { template }));
    const claims = await cluster.claims();
    expect(claims.length).toBe(5);
    expect(claims[0]?.metadata.labels).toMatchObject({ team: "a", "karpenter.sh/nodepool": "default" });
    expect(claims[0]?.spec.taints).toEqual(taints);
    expect(claims[0]?.metadata.ownerReferences?.[0]?.name).toBe("default");
    await cluster.fixture.stop();
  });

  test("[lifecycle S1] of no replicas gets none", async () => {
    const cluster = await staticCluster(fixed(0));
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[lifecycle S2] gets what it lacks, and nothing when it lacks nothing", async () => {
    const cluster = await staticCluster(fixed(3));
    await cluster.launched();
    await cluster.scale({ replicas: 5 });
    const grown = (await cluster.claims()).length;
    await cluster.launched();
    await cluster.fixture.advance(180_000);
    expect([grown, (await cluster.claims()).length]).toEqual([5, 5]);
    await cluster.fixture.stop();
  });

  test("[lifecycle S3] stops at its limit of nodes", async () => {
    const cluster = await staticCluster(fixed(5, { limits: { nodes: "3" } }));
    await cluster.launched();
    await cluster.fixture.advance(120_000);
    expect((await cluster.claims()).length).toBe(3);
    await cluster.fixture.stop();
  });

  test("[lifecycle S4] tries again what could not be created, and makes no more than that", async () => {
    let failures = 2;
    const cluster = await staticCluster(fixed(3, { limits: { nodes: "3" } }), {
      decorate: (kube) =>
        overClient(kube, {
          create: (type, object, options) => {
            if (type.kind !== "NodeClaim" || failures === 0) return kube.create(type, object, options);
            failures -= 1;
            return Promise.reject(new KubeFault("InternalError", "boom", { code: 500 }));
          },
        }),
    });
    await cluster.launched();
    await cluster.fixture.advance(120_000);
    expect((await cluster.claims()).length).toBe(3);
    await cluster.fixture.stop();
  });

  test.each([
    ["not ready", fixed(2), false],
    ["not static", nodePool("default"), true],
    [
      "of a class that we do not serve",
      fixed(2, {
        template: {
          spec: {
            ...nodePool("default").spec.template.spec,
            nodeClassRef: { group: "other", kind: "Other", name: "x" },
          },
        },
      }),
      true,
    ],
  ])("[lifecycle S6] that is %s gets none", async (_, pool, isReady) => {
    const cluster = await staticCluster(pool, { isReady });
    await cluster.fixture.advance(120_000);
    expect(await cluster.claims()).toEqual([]);
    await cluster.fixture.stop();
  });

  test("[lifecycle S8] gives up what it has too many, down to none", async () => {
    const cluster = await staticCluster(fixed(4));
    await cluster.launched();
    await cluster.scale({ replicas: 2 });
    const fewer = (await cluster.claims()).length;
    await cluster.scale({ replicas: 0 });
    expect([fewer, await cluster.claims()]).toEqual([2, []]);
    await cluster.fixture.stop();
  });
});

describe("numbers", () => {
  const none = { active: 0, pendingDisruption: 0, deleting: 0, reserved: 0 };

  test.each([
    ["what is missing", { replicas: 5, limit: undefined }, { ...none, active: 3 }, 2],
    ["nothing past the replicas", { replicas: 5, limit: undefined }, { ...none, active: 7 }, 0],
    ["what the limit leaves", { replicas: 9, limit: 5 }, { ...none, active: 2, deleting: 1 }, 2],
    [
      "nothing for what is being replaced",
      { replicas: 5, limit: undefined },
      { ...none, active: 4, pendingDisruption: 1 },
      0,
    ],
    ["nothing twice while calls are open", { replicas: 5, limit: 5 }, { ...none, reserved: 5 }, 0],
  ])("[lifecycle S3] [lifecycle S13] grant %s", (_, pool, counts, expected) => {
    expect(missingReplicas(pool, counts)).toBe(expected);
  });

  test("[lifecycle S9] give up claims without a machine, then empty ones, then the cheapest, guarded ones last", () => {
    const now = epochMillisOf(Date.parse("2026-11-02T10:00:00Z"));
    const member = (
      name: string,
      pods: number,
      change: { readonly launched?: boolean; readonly guarded?: boolean } = {},
    ): StaticMember => {
      const claim = { ...nodeClaim(name), ...(change.launched === false ? {} : { status: { providerID: name } }) };
      if (change.launched === false) return { claim, node: undefined };
      const annotations = change.guarded === true ? { "karpenter.sh/do-not-disrupt": "true" } : {};
      const list = Array.from({ length: pods }, (_, i) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: `${name}-${i}`, annotations },
        spec: { containers: [] },
      }));
      return { claim, node: { name, pods: list } as unknown as NonNullable<StaticMember["node"]> };
    };
    const members = [
      member("guarded", 1, { guarded: true }),
      member("costly", 5),
      member("cheap", 1),
      member("empty", 0),
      member("new", 0, { launched: false }),
    ];
    expect(surplusMembers(members, 5, now).map(({ claim }) => claim.metadata.name)).toEqual([
      "new",
      "empty",
      "cheap",
      "costly",
      "guarded",
    ]);
    expect(surplusMembers(members, -1, now)).toEqual([]);
  });
});

test("[lifecycle S5] while the picture is not complete nothing is made, and then no more than was asked for", async () => {
  const fixture = await clusterFixture();
  const launching = await fixture.create(nodeClaimType, nodeClaim("launching"));
  await fixture.patch(nodePoolType, await fixture.create(nodePoolType, fixed(3)), ready, "status");
  const deps = { ...fixture, model: createClusterModel(fixture) };
  await fixture.run(createStaticProvisioning(deps));
  const made = async () =>
    (await fixture.kube.list(nodeClaimType)).items.filter(({ metadata }) => metadata.name !== "launching").length;
  await fixture.advance(5_000);
  expect(await made()).toBe(0);
  await fixture.patch(nodeClaimType, launching, { status: { providerID: "fake:///z/launching" } }, "status");
  await fixture.advance(2_000);
  // The one that was launching is the pool's own.
  expect(await made()).toBe(2);
  await fixture.stop();
});

test("[lifecycle S14] a claim without a machine that a scale-down deletes counts as going: no other goes for it", async () => {
  const cluster = await staticCluster(fixed(3));
  for (const claim of await cluster.claims())
    await cluster.fixture.patch(nodeClaimType, claim, { metadata: { finalizers: ["karpenter.sh/termination"] } });
  await cluster.scale({ replicas: 2 });
  const going = async () => (await cluster.claims()).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  expect((await going()).length).toBe(1);
  // Its own deletion comes back as an event, and so does each later change of it.
  for (const claim of await going())
    await cluster.fixture.patch(nodeClaimType, claim, { metadata: { annotations: { touched: "true" } } });
  await cluster.fixture.advance(61_000);
  expect([(await cluster.claims()).length, (await going()).length]).toEqual([3, 1]);
  await cluster.fixture.stop();
});

test("[R67] limits over several pools hold static ones too: what fits is made, the rest is told and waits", async () => {
  const read = readClusterLimits([{ name: "all", limits: { nodes: "3" } }]);
  if (!read.ok) throw new Error(read.failure.join("; "));
  const cluster = await staticCluster(fixed(5), { clusterLimits: read.value });
  expect((await cluster.claims()).length).toBe(3);
  const told = cluster.fixture.published.filter(({ reason }) => reason === "ClusterLimitReached");
  expect(told.map(({ message }) => message)).toEqual(['cluster limit "all" allows 3 of nodes, it would be 4']);
  await cluster.launched();
  await cluster.fixture.advance(31_000);
  expect((await cluster.claims()).length).toBe(3);
  await cluster.fixture.stop();
});

test("[lifecycle S7] a change of replicas, or becoming ready, is worth a look, and nothing else is", () => {
  const withReady = (pool: NodePool, status: "True" | "False"): NodePool => ({
    ...pool,
    status: { conditions: [{ type: "Ready", status }] },
  });
  const [two, three] = [withReady(fixed(2), "True"), withReady(fixed(3), "True")];
  expect([
    isWorthALook(three, two),
    isWorthALook(two, withReady(fixed(2), "False")),
    isWorthALook(withReady(fixed(2), "False"), two),
    isWorthALook(two, two),
    isWorthALook(nodePool("default"), undefined),
  ]).toEqual([true, true, false, false, false]);
});
