import { describe, expect, it } from "vitest";
import {
  persistentVolumeClaimType,
  persistentVolumeType,
  podType,
  storageClassType,
  volumeAttachmentType,
} from "../../api/index.ts";
import type { PersistentVolumeClaim, StorageClass } from "../../api/index.ts";
import { isRunning, podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";

const target = { namespace: "default", name: "data" };

const claim = (spec: PersistentVolumeClaim["spec"] = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: target,
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } }, ...spec },
});

const immediate: StorageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "fast" },
  provisioner: "ebs.csi.aws.com",
  volumeBindingMode: "Immediate",
};

const user = podOf("user", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] });

describe("volume claims", () => {
  it("get the default class and wait for their first pod", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add({ zone: "us-east-1c" });
      await cluster.kube.create(persistentVolumeClaimType, claim());
      await cluster.clock.advance(10_000);
      const waiting = await cluster.kube.get(persistentVolumeClaimType, target);
      expect([waiting.spec.storageClassName, waiting.status?.phase]).toEqual(["gp3", "Pending"]);
      await cluster.kube.create(podType, user);
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      const [volume] = await cluster.list(persistentVolumeType);
      expect(volume?.spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([
        "us-east-1c",
      ]);
    }));

  it("of an Immediate class are bound before any pod, in a zone of the cluster", () =>
    withStandIns({ volumes: { zones: ["us-east-1b"] } }, async (cluster) => {
      await cluster.kube.create(storageClassType, immediate);
      await cluster.kube.create(persistentVolumeClaimType, claim({ storageClassName: "fast" }));
      await cluster.until(
        async () => (await cluster.kube.get(persistentVolumeClaimType, target)).status?.phase === "Bound",
      );
      cluster.yard.add({ zone: "us-east-1a" });
      const there = cluster.yard.add({ zone: "us-east-1b" });
      await cluster.kube.create(podType, user);
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      expect((await cluster.pods())[0]?.spec.nodeName).toBe(there.privateDnsName);
    }));

  it("take a volume that is there already rather than a new one", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(persistentVolumeType, {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "old" },
        spec: {
          storageClassName: "manual",
          capacity: { storage: "10Gi" },
          accessModes: ["ReadWriteOnce"],
          csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-0" },
        },
      });
      await cluster.kube.create(persistentVolumeClaimType, claim({ storageClassName: "manual" }));
      await cluster.until(
        async () => (await cluster.kube.get(persistentVolumeClaimType, target)).status?.phase === "Bound",
      );
      expect((await cluster.kube.get(persistentVolumeClaimType, target)).spec.volumeName).toBe("old");
    }));

  it("attach their volume while a pod uses it, and take it along when they go", () =>
    withStandIns({}, async (cluster) => {
      const { privateDnsName } = cluster.yard.add();
      await cluster.kube.create(persistentVolumeClaimType, claim());
      await cluster.kube.create(podType, user);
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      await cluster.clock.advance(100);
      const attachments = await cluster.list(volumeAttachmentType);
      expect(attachments.map(({ spec, status }) => [spec.nodeName, status?.attached])).toEqual([
        [privateDnsName, true],
      ]);
      await cluster.kube.delete(podType, { namespace: "default", name: "user" });
      await cluster.until(async () => (await cluster.list(volumeAttachmentType)).length === 0);
      await cluster.kube.delete(persistentVolumeClaimType, target);
      await cluster.until(async () => (await cluster.list(persistentVolumeType)).length === 0);
    }));

  it("of generic ephemeral volumes come and go with their pod", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      const ephemeral = { volumeClaimTemplate: { spec: claim().spec } };
      await cluster.kube.create(podType, podOf("p", { volumes: [{ name: "scratch", ephemeral }] }));
      await cluster.until(async () => (await cluster.pods()).every(isRunning));
      const names = async () => (await cluster.list(persistentVolumeClaimType)).map(({ metadata }) => metadata.name);
      expect(await names()).toEqual(["p-scratch"]);
      await cluster.kube.delete(podType, { namespace: "default", name: "p" });
      await cluster.until(async () => (await names()).length === 0);
    }));
});
