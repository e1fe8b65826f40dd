import { describe, expect, it } from "vitest";
import { persistentVolumeClaimType, persistentVolumeType, podType, statefulSetType } from "../../api/index.ts";
import type { Pod } from "../../api/index.ts";
import { isRunning, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import type { StandInFixture } from "../stand-ins/stand-in-fixture.ts";
import { statefulSet } from "./workload-fixture.ts";

const target = { namespace: "default", name: "db" };

const names = (pods: readonly Pod[]): readonly string[] => pods.map(({ metadata }) => metadata.name ?? "");

const allRun = (cluster: StandInFixture, count: number) => async (): Promise<boolean> => {
  const pods = await cluster.pods();
  return pods.length === count && pods.every((pod) => isRunning(pod) && pod.metadata.deletionTimestamp === undefined);
};

const withVolumes = {
  volumeClaimTemplates: [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
  ],
};

describe("StatefulSet", () => {
  it("makes pods one after the other, each when the one before is ready", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(statefulSetType, statefulSet("db"));
      const seen = new Set<string>();
      await cluster.until(async () => {
        const pods = await cluster.pods();
        seen.add(pods.map((pod) => (isRunning(pod) ? "run" : "wait")).join(" "));
        return pods.filter(isRunning).length === 3;
      });
      expect([...seen].filter((text) => text.split(" ").filter((each) => each === "wait").length > 1)).toEqual([]);
      expect(names(await cluster.pods())).toEqual(["db-0", "db-1", "db-2"]);
    }));

  it("keeps claims when it shrinks, and gives them back to the same ordinal", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(statefulSetType, statefulSet("db", withVolumes));
      await cluster.until(allRun(cluster, 3));
      const volumes = async () =>
        (await cluster.list(persistentVolumeClaimType)).map(({ metadata, spec }) => [metadata.name, spec.volumeName]);
      const before = await volumes();
      await cluster.kube.patch(statefulSetType, target, { type: "merge", body: { spec: { replicas: 1 } } });
      await cluster.until(allRun(cluster, 1));
      await cluster.kube.patch(statefulSetType, target, { type: "merge", body: { spec: { replicas: 3 } } });
      await cluster.until(allRun(cluster, 3));
      expect(await volumes()).toEqual(before);
      expect(before.map(([name]) => name)).toEqual(["data-db-0", "data-db-1", "data-db-2"]);
    }));

  it("makes each volume in the zone of its pod's node", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add({ zone: "us-east-1b" });
      await cluster.kube.create(statefulSetType, statefulSet("db", { ...withVolumes, replicas: 1 }));
      await cluster.until(allRun(cluster, 1));
      const [volume] = await cluster.list(persistentVolumeType);
      expect(volume?.spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([
        "us-east-1b",
      ]);
    }));

  it("updates from the highest ordinal down to the partition, and finishes when the partition goes", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(statefulSetType, statefulSet("db"));
      await cluster.until(allRun(cluster, 3));
      const next = statefulSet("db", {}, "db:2").spec.template;
      const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
      const body = { spec: { template: next, updateStrategy } };
      await cluster.kube.patch(statefulSetType, target, { type: "merge", body });
      const images = async () => (await cluster.pods()).map(({ spec }) => spec.containers[0]?.image);
      await cluster.until(async () => (await images()).join() === "db:1,db:1,db:2" && (await allRun(cluster, 3)()));
      await cluster.clock.advance(5_000);
      expect(await images()).toEqual(["db:1", "db:1", "db:2"]);
      const whole = { spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } } };
      await cluster.kube.patch(statefulSetType, target, { type: "merge", body: whole });
      await cluster.until(async () => (await images()).join() === "db:2,db:2,db:2" && (await allRun(cluster, 3)()));
      await cluster.clock.advance(1_000);
      const { status } = await cluster.kube.get(statefulSetType, target);
      expect(status).toMatchObject({ updatedReplicas: 3, readyReplicas: 3, currentRevision: status?.updateRevision });
    }));

  it("makes a pod of the old revision again from the old template while the partition holds it", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(statefulSetType, statefulSet("db"));
      await cluster.until(allRun(cluster, 3));
      const next = statefulSet("db", {}, "db:2").spec.template;
      const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
      await cluster.kube.patch(statefulSetType, target, {
        type: "merge",
        body: { spec: { template: next, updateStrategy } },
      });
      const images = async () => (await cluster.pods()).map(({ spec }) => spec.containers[0]?.image).join();
      await cluster.until(async () => (await images()) === "db:1,db:1,db:2" && (await allRun(cluster, 3)()));
      const [before] = await cluster.pods();
      await cluster.kube.delete(podType, { namespace: "default", name: "db-0" });
      await cluster.until(async () => {
        const [first] = await cluster.pods();
        return first?.metadata.uid !== before?.metadata.uid && (await allRun(cluster, 3)());
      });
      expect(await images()).toBe("db:1,db:1,db:2");
    }));
});
