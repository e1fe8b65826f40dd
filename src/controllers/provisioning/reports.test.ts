import { describe, expect, test } from "vitest";
import { nodePool, pod, unschedulable } from "../../../test/controllers/builders.ts";
import { type ClusterFixture, clusterFixture } from "../../../test/controllers/cluster-fixture.ts";
import { smallType } from "../../../test/controllers/disruption-fixture.ts";
import { eventType, nodeClaimType, nodePoolType, type Pod, podType } from "../../api/index.ts";
import { createEventRecorder } from "../../kube/index.ts";
import { createIds, createSeededRandom } from "../../platform/index.ts";
import { createClusterModel } from "../cluster-state/index.ts";
import { createBatcher } from "./batcher.ts";
import { createDecisionClock } from "./decision-clock.ts";
import type { ProvisioningDeps } from "./deps.ts";
import { createProvisioning } from "./provisioner.ts";

const condition = (type: string, status: string) => ({
  type,
  status,
  reason: type,
  message: "",
  lastTransitionTime: "2026-11-02T10:00:00Z",
});

async function provisioned(change: (fixture: ClusterFixture) => Partial<ProvisioningDeps> = () => ({})) {
  const fixture = await clusterFixture();
  fixture.provider.instanceTypeList = [smallType];
  const created = await fixture.create(nodePoolType, nodePool("default"));
  await fixture.patch(nodePoolType, created, { status: { conditions: [condition("Ready", "True")] } }, "status");
  const model = createClusterModel(fixture);
  const batcher = createBatcher({ clock: fixture.clock, idleMilliseconds: 1_000, maxMilliseconds: 10_000 });
  const ids = createIds(createSeededRandom(3));
  const deps = { ...fixture, ids, model, batcher, act: true, batchMaxMilliseconds: 10_000, ...change(fixture) };
  const provisioning = createProvisioning(deps);
  await fixture.run(provisioning.loop, provisioning.podTrigger, provisioning.nodeTrigger, model.claimCollector);
  const pending = async (name: string, spec: Partial<Pod["spec"]> = {}): Promise<void> => {
    await fixture.patch(podType, await fixture.create(podType, pod(name, spec)), waiting, "status");
  };
  return { fixture, model, pending };
}

const waiting = { status: { ...unschedulable.status, phase: "Pending" } };
const nowhere = { nodeSelector: { "topology.kubernetes.io/zone": "nowhere" } };

describe("what a pass tells", () => {
  test("[scheduling P208] a pod that fails again and again has one event in five minutes", async () => {
    const stopping = new AbortController();
    const { fixture, pending } = await provisioned((each) => {
      const recorder = createEventRecorder({ ...each, client: each.kube, ids: createIds(createSeededRandom(9)) });
      void recorder.run(stopping.signal);
      return { events: recorder };
    });
    await pending("a", nowhere);
    const events = async () =>
      (await fixture.kube.list(eventType)).items
        .filter(({ reason }) => reason === "FailedScheduling")
        .reduce((sum, { count = 1 }) => sum + count, 0);
    await fixture.advance(290_000);
    const within = await events();
    await fixture.advance(60_000);
    expect([within, await events()]).toEqual([1, 2]);
    stopping.abort();
    await fixture.stop();
  });

  test("[scheduling P209] five pods that fit and ten that do not: the gauges and the histogram say so", async () => {
    const depths: number[] = [];
    const { fixture, pending } = await provisioned(({ instruments }) => ({
      instruments: {
        ...instruments,
        schedulerQueueDepth: {
          ...instruments.schedulerQueueDepth,
          set: (value, labels) => {
            depths.push(value);
            instruments.schedulerQueueDepth.set(value, labels);
          },
          remove: (labels) => instruments.schedulerQueueDepth.remove(labels),
        },
      },
    }));
    for (let i = 0; i < 15; i++)
      await pending(`p-${i}`, { ...(i < 5 ? {} : nowhere), containers: [{ name: "app", image: "app:1" }] });
    await fixture.advance(3_000);
    const value = (name: string) => fixture.metrics.value(`karpenter_scheduler_${name}`, { controller: "provisioner" });
    expect([await value("unschedulable_pods_count"), await value("scheduling_duration_seconds_count"), depths]).toEqual(
      [10, 1, [15]],
    );
    await fixture.stop();
  });

  test("[scheduling P210] pending pods are counted by the zone that they can go to", async () => {
    const { fixture, pending } = await provisioned();
    await pending("free");
    await pending("bound", { nodeSelector: { "topology.kubernetes.io/zone": "test-zone-1" } });
    await fixture.advance(3_000);
    const value = (zone: string) =>
      fixture.metrics.value("karpenter_scheduler_pending_pods_by_effective_zone_count", {
        controller: "provisioner",
        zone,
      });
    expect([await value("flexible"), await value("test-zone-1")]).toEqual([1, 1]);
    await fixture.stop();
  });

  test("[scheduling P212] a node that a pod is expected on is nominated for twenty seconds", async () => {
    const { fixture, model, pending } = await provisioned();
    await pending("a", { containers: [{ name: "app", image: "app:1" }] });
    await fixture.advance(2_000);
    const [claim] = (await fixture.kube.list(nodeClaimType)).items;
    const amounts = { cpu: "4", memory: "8Gi", pods: "20" };
    await fixture.patch(
      nodeClaimType,
      claim!,
      { status: { providerID: "fake:///z/a", capacity: amounts, allocatable: amounts } },
      "status",
    );
    await fixture.advance(0);
    await pending("b", { containers: [{ name: "app", image: "app:1" }] });
    await fixture.advance(2_000);
    const until = model.snapshot().nodes[0]?.nominatedUntil ?? 0;
    expect([until - fixture.clock.now() <= 20_000, until - fixture.clock.now() > 15_000]).toEqual([true, true]);
    await fixture.stop();
  });

  test("[scheduling A19] a place on a pool is healthy when what the pool launched did register", () => {
    const now = { milliseconds: 0 };
    const clock = { monotonic: () => now.milliseconds } as Parameters<typeof createDecisionClock>[0];
    const decisions = createDecisionClock(clock);
    decisions.placed("sick", false);
    decisions.placed("well", true);
    now.milliseconds = 5_000;
    decisions.placed("well", true);
    const seen = [decisions.healthySince("sick"), decisions.healthySince("well")];
    decisions.forget("well");
    expect([seen, decisions.healthySince("well")]).toEqual([[undefined, 0], undefined]);
  });
});

describe("pods that exist in passes alone", () => {
  test("[scheduling O206] get a claim, and neither events nor nominations nor counts", async () => {
    const chunk: Pod = {
      ...pod(
        "capacity-buffer-spare-1",
        {},
        { annotations: { "karpenter.sh/capacity-buffer-fake-pod": "true" }, uid: "u-1" },
      ),
      ...unschedulable,
    } as Pod;
    const plans: number[] = [];
    const { fixture, pending } = await provisioned(() => ({
      virtual: {
        pods: () => [chunk],
        planned: async (plan) => void plans.push(plan.claims.flatMap(({ pods }) => pods).length),
      },
    }));
    const whole = { containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "3500m" } } }] };
    await pending("real", whole);
    await fixture.advance(2_000);
    const nominated = fixture.published.filter(({ reason }) => reason === "Nominated");
    expect([(await fixture.kube.list(nodeClaimType)).items.length, plans]).toEqual([2, [2]]);
    expect(nominated.map(({ object }) => object.metadata.name)).toEqual(["real"]);
    expect(fixture.decided.flatMap((decision) => ("pods" in decision ? decision.pods : []))).toEqual(["default/real"]);
    await fixture.stop();
  });
});
