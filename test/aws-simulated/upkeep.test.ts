import { describe, expect, test } from "vitest";
import { createInstanceCollection } from "../../src/controllers/index.ts";
import { type Node, nodeClaimType, nodeType, serviceType } from "../../src/api/index.ts";
import { connectAwsAccount, defaultOptions, parseOptions } from "../../src/operator/index.ts";
import { createMetricsRegistry, createRecordingLogger } from "../../src/platform/index.ts";
import { createClusterVersion } from "../../src/provider-aws/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { createAwsFixture } from "./fixture.ts";
import { patchOnlyClient } from "./fake-kube.ts";
import { capacity, claimOf, types } from "./requests.ts";

const minute = 60_000;
const { signal } = new AbortController();

describe("instance profiles that nobody uses", () => {
  test("[aws 9.7.129] [aws 9.7.117] are deleted once their hour is over, unless a claim still names them", async () => {
    const fixture = await createControllerFixture({ provider: { disableDryRun: true } });
    const first = (await fixture.resolve(classOf())).status?.instanceProfile ?? "";
    await fixture.clock.advance(2 * minute);
    const second = (
      await fixture.resolve({ ...fixture.classes.get("default")!, spec: classOf({ role: "other" }).spec })
    ).status?.instanceProfile;
    expect(second).not.toBe(first);
    const profiles = async () => {
      const { InstanceProfiles = [] } = await fixture.account.clients.iam.listInstanceProfiles({});
      return InstanceProfiles.map(({ InstanceProfileName = "" }) => InstanceProfileName).toSorted();
    };
    const collect = () => fixture.reconcile("instanceprofile.garbagecollection");
    await collect();
    expect(await profiles()).toEqual([first, second ?? ""].toSorted((a, b) => (a < b ? -1 : 1)));
    await fixture.clock.advance(61 * minute);
    const { claim } = claimOf([], { annotations: { "karpenter.k8s.aws/instance-profile-name": first } });
    fixture.claims.put(claim);
    await collect();
    expect(await profiles()).toEqual([first, second ?? ""].toSorted((a, b) => (a < b ? -1 : 1)));
    fixture.claims.delete("general-x");
    await collect();
    expect(await profiles()).toEqual([second]);
  });
});

describe("machines that no claim owns", () => {
  test("[aws 9.8.139] end a minute after their launch, with their node; young ones and those of others stay", async () => {
    const fixture = await createControllerFixture({ provider: { disableDryRun: true } });
    await fixture.resolve(classOf());
    const view = claimOf([types("m5.large"), capacity("on-demand")]);
    const lost = await fixture.launchClaim(view, "lost");
    const foreign = await fixture.account.clients.ec2.describeInstances({});
    expect(foreign.Reservations).toHaveLength(1);
    fixture.claims.delete("lost");
    await fixture.clock.advance(20_000);
    const deleted: string[] = [];
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n", uid: "u" }, spec: {} } as Node;
    const kube: KubeClient = {
      ...patchOnlyClient([]),
      list: () => Promise.resolve({ items: [...fixture.claims.informer.store.list()] } as never),
      delete: (type) => {
        deleted.push(type.kind);
        return Promise.resolve(undefined);
      },
    };
    const collection = createInstanceCollection({
      kube,
      caches: { nodes: { store: { byIndex: () => [node] } } } as never,
      clock: fixture.clock,
      log: fixture.log,
      provider: fixture.aws.cloudProvider,
      collector: fixture.aws.cloudProvider,
      isLaunching: () => false,
    });
    const run = () => fixture.run(Promise.resolve(collection.reconcile("", signal)));
    await run();
    expect(fixture.account.machines.list().map(({ state }) => state)).toEqual(["running"]);
    await fixture.clock.advance(40_000);
    await run();
    expect(fixture.account.machines.list().map(({ providerId, state }) => `${providerId} ${state}`)).toEqual([
      `${lost.status?.providerID} shutting-down`,
    ]);
    expect(deleted).toEqual([nodeType.kind]);
    expect(nodeClaimType.kind).toBe("NodeClaim");
  });
});

describe("parameters that name images", () => {
  test("[aws 9.8.141] are forgotten once their image is deprecated; a pinned one is kept", async () => {
    const fixture = await createControllerFixture({ provider: { disableDryRun: true } });
    const latest = await fixture.resolve(classOf());
    const pinned = classOf({ amiSelectorTerms: [{ alias: "al2023@v20261101" }] });
    await fixture.resolve({ ...pinned, metadata: { ...pinned.metadata, name: "pinned", uid: "uid-pinned" } });
    fixture.account.images.release("v20261201", "2026-12-01T00:00:00.000Z");
    for (const { id } of latest.status?.amis ?? []) fixture.account.images.deprecate(id, "2025-12-01T00:00:00.000Z");
    await fixture.reconcile("providers.ssm.invalidation");
    await fixture.clock.advance(2 * minute);
    const asked = fixture.account.calls.get("SSM GetParameter") ?? 0;
    const after = await fixture.resolve(classOf());
    expect(after.status?.amis?.map(({ id }) => id)).not.toEqual(latest.status?.amis?.map(({ id }) => id));
    expect(fixture.account.calls.get("SSM GetParameter")).toBe(asked + 5);
    await fixture.reconcile("nodeclass", "pinned");
    expect(fixture.account.calls.get("SSM GetParameter")).toBe(asked + 5);
  });
});

describe("settings", () => {
  test("[aws 9.8.148] that are wrong are named, each of them; a cluster without a name cannot be connected", async () => {
    const parsed = parseOptions(
      { "cluster-endpoint": "example", "vm-memory-overhead-percent": "-1", "ami-refresh-interval": "30s" },
      { SUBNET_REFRESH_INTERVAL: "1s" },
    );
    const text = parsed.ok ? "" : parsed.failure.errors.join("\n");
    for (const name of [
      "--cluster-endpoint",
      "--vm-memory-overhead-percent",
      "--ami-refresh-interval",
      "SUBNET_REFRESH_INTERVAL",
    ])
      expect(text).toContain(name);
    const setup = {
      options: defaultOptions,
      kube: patchOnlyClient([]),
      log: createRecordingLogger(),
      version: "1",
      metrics: createMetricsRegistry(),
    };
    await expect(connectAwsAccount(setup, { signal })).rejects.toThrow("CLUSTER_NAME");
  });

  test("[aws 9.8.149] given twice: the flag beats the environment", () => {
    const parsed = parseOptions({ "cluster-name": "flag" }, { CLUSTER_NAME: "environment" });
    expect(parsed.ok && parsed.value.options.clusterName).toBe("flag");
  });
});

describe("a connection to an account", () => {
  const kube = (dns: string | undefined): KubeClient => ({
    ...patchOnlyClient([]),
    get: (type) =>
      type.kind === serviceType.kind && dns !== undefined
        ? Promise.resolve({ spec: { clusterIP: dns } } as never)
        : Promise.reject(new Error("not found")),
  });

  test("takes endpoint and version from EKS, and goes on without an address of the cluster's DNS", async () => {
    const { account } = await createAwsFixture();
    const log = createRecordingLogger();
    const options = { ...defaultOptions, clusterName: account.clusterName };
    const setup = {
      options,
      log,
      version: "1",
      metrics: createMetricsRegistry(),
      region: "us-east-1",
      clients: account.clients,
    };
    await connectAwsAccount({ ...setup, kube: kube(undefined) }, { signal });
    expect(log.lines.map(({ message }) => message).join()).toContain("no address of kube-dns");
    await expect(
      connectAwsAccount(
        { ...setup, options: { ...options, clusterName: "other" }, kube: kube("10.0.0.10") },
        { signal },
      ),
    ).rejects.toThrow("No cluster found for name: other");
  });

  test("[aws 9.8.150] of a version that is not supported says so once and works on", async () => {
    const log = createRecordingLogger();
    const version = createClusterVersion({ ask: () => Promise.resolve("v1.99.3-eks-1"), log });
    await version.refresh({ signal });
    await version.refresh({ signal });
    expect(version.current()).toBe("1.99");
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("asks again when an answer is lost at the start, and gives up at a refusal", async () => {
    const lost = Object.assign(new Error("closed"), { code: "ECONNRESET" });
    const failing = (times: number, error: Error) => {
      let failures = times;
      return createAwsFixture({
        wrapClients: (clients) => ({
          ...clients,
          ec2: {
            ...clients.ec2,
            describeInstanceTypeOfferings: (input, call) => {
              failures -= 1;
              return failures < 0 ? clients.ec2.describeInstanceTypeOfferings(input, call) : Promise.reject(error);
            },
          },
        }),
      });
    };
    await expect(failing(3, lost)).resolves.toBeDefined();
    const denied = Object.assign(new Error("no"), {
      name: "UnauthorizedOperation",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(failing(1, denied)).rejects.toThrow("UnauthorizedOperation");
  });
});

test("[aws 9.8.155] classes of AL2 and AL2023 that agree in all else do not share what a1 offers", async () => {
  const fixture = await createControllerFixture({ kubernetesVersion: "1.32", provider: { disableDryRun: true } });
  const available = async (family: "AL2" | "AL2023") => {
    const nodeClass = await fixture.resolve(
      classOf({ amiFamily: family, amiSelectorTerms: [{ name: "amazon-eks-*" }] }),
    );
    fixture.nodeClasses.set("default", nodeClass);
    const listed = await fixture.run(fixture.aws.cloudProvider.instanceTypes(fixture.pool, { signal }));
    if (!listed.ok) throw new Error(listed.failure.message);
    const a1 = listed.value.find(({ name }) => name === "a1.large");
    return a1?.offerings.some((offering) => offering.available);
  };
  expect([await available("AL2"), await available("AL2023")]).toEqual([true, false]);
});

test("gauges of offerings say what can be had and what it costs, reserved series too", async () => {
  const metrics = createMetricsRegistry();
  const fixture = await createControllerFixture({ metrics, provider: { disableDryRun: true, offeringMetrics: true } });
  await fixture.resolve(classOf());
  fixture.pools.put(fixture.pool.pool);
  await fixture.reconcile("cloudprovider.metrics");
  const text = await metrics.expose();
  const place = (kind: string) => `{instance_type="m5.large",capacity_type="${kind}",zone="us-east-1a"}`;
  const name = "karpenter_cloudprovider_instance_type_offering";
  expect(text).toContain(`${name}_available${place("on-demand")} 1`);
  expect(text).toContain(`${name}_price_estimate${place("on-demand")} 0.096`);
  expect(text).toContain(`${name}_available${place("reserved")} 0`);
  expect(text).toContain('karpenter_cloudprovider_instance_type_cpu_cores{instance_type="m5.large"} 2');
});
