/** What the stand-ins tell besides doing it: events, and marks on objects that kubectl prints. */
import { describe, expect, it } from "vitest";
import {
  configMapType,
  daemonSetType,
  deploymentType,
  eventType,
  jobType,
  namespaceType,
  replicaSetType,
  resourceType,
} from "../../api/index.ts";
import type { Deployment } from "../../api/index.ts";
import { deployment } from "../apiserver/server-fixture.ts";
import { controllerRevisionType } from "../workloads/controller-revision.ts";
import { daemonSet, job } from "../workloads/workload-fixture.ts";
import { isRunning, type StandInFixture, withStandIns } from "./stand-in-fixture.ts";

const web = { name: "web", namespace: "default" };
const serviceAccountType = resourceType("v1", "ServiceAccount", "serviceaccounts", "Namespaced");

const eventsOf = async (cluster: StandInFixture, kind: string): Promise<readonly string[]> =>
  (await cluster.list(eventType))
    .filter(({ involvedObject }) => involvedObject?.kind === kind)
    .map(({ source, reason, message }) => `${source?.component}: ${reason}: ${message}`);

const runs = (cluster: StandInFixture, count: number) => async (): Promise<boolean> =>
  (await cluster.pods()).filter(isRunning).length === count;

describe("the stand-ins tell", () => {
  it("how a Deployment and its ReplicaSet are sized", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(deploymentType, deployment("web", 2));
      await cluster.until(runs(cluster, 2));
      await cluster.kube.patch(deploymentType, web, { type: "merge", body: { spec: { replicas: 1 } } });
      await cluster.until(async () => (await cluster.pods()).length === 1);
      await cluster.clock.advance(1_000);
      const [set] = await cluster.list(replicaSetType);
      const name = set?.metadata.name ?? "";
      expect((await eventsOf(cluster, "Deployment")).toSorted()).toEqual([
        `deployment-controller: ScalingReplicaSet: Scaled down replica set ${name} from 2 to 1`,
        `deployment-controller: ScalingReplicaSet: Scaled up replica set ${name} from 0 to 2`,
      ]);
      const pods = await eventsOf(cluster, "ReplicaSet");
      expect(
        pods.filter((text) => text.startsWith("replicaset-controller: SuccessfulCreate: Created pod: ")),
      ).toHaveLength(2);
      expect(
        pods.filter((text) => text.startsWith("replicaset-controller: SuccessfulDelete: Deleted pod: ")),
      ).toHaveLength(1);
    }));

  it("that a Job has ended, and which pod it made", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("once"));
      await cluster.until(async () => (await eventsOf(cluster, "Job")).length === 2);
      expect((await eventsOf(cluster, "Job")).toSorted()).toEqual([
        "job-controller: Completed: Job completed",
        expect.stringContaining("job-controller: SuccessfulCreate: Created pod: once-"),
      ]);
    }));

  it("what decided the end of a Job before the end itself", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("once"));
      const conditions = async () =>
        (await cluster.list(jobType))[0]?.status?.conditions?.map(({ type }) => type) ?? [];
      await cluster.until(async () => (await conditions()).length > 0);
      expect(await conditions()).toEqual(["SuccessCriteriaMet", "Complete"]);
    }));

  it("that a template which comes back is the newest revision of a DaemonSet", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      const set = await cluster.kube.create(daemonSetType, daemonSet("agent"));
      const revisions = async () =>
        (await cluster.list(controllerRevisionType)).map(({ revision }) => revision).toSorted((a, b) => a - b);
      const use = (template: unknown) =>
        cluster.kube.patch(
          daemonSetType,
          { name: "agent", namespace: "default" },
          { type: "merge", body: { spec: { template } } },
        );
      await cluster.until(async () => (await revisions()).length === 1);
      await use({ spec: { containers: [{ name: "app", image: "agent:2" }] } });
      await cluster.until(async () => (await revisions()).length === 2);
      await use(set.spec.template);
      await cluster.until(async () => (await revisions()).includes(3));
      expect(await revisions()).toEqual([2, 3]);
    }));

  it("the cause of a change on the ReplicaSet, and the place of its node on a pod", () =>
    withStandIns({}, async (cluster) => {
      const machine = cluster.yard.add();
      const cause = { "kubernetes.io/change-cause": "second" };
      await cluster.kube.create(deploymentType, deployment("web", 1));
      await cluster.until(runs(cluster, 1));
      await cluster.kube.patch(deploymentType, web, { type: "merge", body: { metadata: { annotations: cause } } });
      await cluster.until(async () =>
        (await cluster.list(replicaSetType)).every(
          ({ metadata }) => metadata.annotations?.["kubernetes.io/change-cause"] === "second",
        ),
      );
      const [pod] = await cluster.pods();
      expect(pod?.metadata.labels).toMatchObject({
        "topology.kubernetes.io/zone": machine.zone,
        "topology.kubernetes.io/region": machine.region,
      });
    }));

  it("when a Deployment's conditions were written, and how many of its pods are still ending", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(deploymentType, deployment("web", 2));
      await cluster.until(runs(cluster, 2));
      await cluster.clock.advance(1_000);
      const found: Deployment = await cluster.kube.get(deploymentType, web);
      expect(found.status?.terminatingReplicas ?? 0).toBe(0);
      expect(found.status?.conditions?.map(({ lastUpdateTime }) => typeof lastUpdateTime)).toEqual([
        "string",
        "string",
      ]);
      await cluster.kube.patch(deploymentType, web, { type: "merge", body: { spec: { replicas: 0 } } });
      await cluster.until(async () => (await cluster.kube.get(deploymentType, web)).status?.terminatingReplicas === 2);
      await cluster.until(async () => (await cluster.kube.get(deploymentType, web)).status?.terminatingReplicas === 0);
    }));

  it("which account pods of a namespace run as", () =>
    withStandIns({}, async (cluster) => {
      await cluster.kube.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
      await cluster.until(async () =>
        (await cluster.list(serviceAccountType)).some(({ metadata }) => metadata.namespace === "shop"),
      );
      await cluster.kube.delete(namespaceType, { name: "shop" });
      await cluster.until(
        async () => !(await cluster.list(namespaceType)).some(({ metadata }) => metadata.name === "shop"),
      );
      expect(cluster.log.lines.filter(({ level }) => level === "error")).toEqual([]);
    }));

  it("which certificate authority the API server has, in every namespace, and tell it again where it was changed or lost", () =>
    withStandIns({ workloads: { certificateAuthority: Promise.resolve("PEM") } }, async (cluster) => {
      const name = { name: "kube-root-ca.crt", namespace: "team" };
      const published = async (): Promise<readonly unknown[]> =>
        (await cluster.list(configMapType))
          .filter(({ metadata }) => metadata.name === name.name)
          .map(({ metadata, data }) => [metadata.namespace, data?.["ca.crt"]]);
      const isEverywhere = async (): Promise<boolean> =>
        JSON.stringify(await published()) ===
        JSON.stringify(
          ["default", "kube-node-lease", "kube-public", "kube-system", "team"].map((each) => [each, "PEM"]),
        );
      await cluster.kube.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
      await cluster.until(isEverywhere);
      await cluster.kube.patch(configMapType, name, { type: "merge", body: { data: { "ca.crt": "other" } } });
      expect(await isEverywhere()).toBe(false);
      await cluster.until(isEverywhere);
      await cluster.kube.delete(configMapType, name);
      await cluster.until(isEverywhere);
      await cluster.kube.delete(namespaceType, { name: "team" });
      await cluster.until(async () => (await published()).length === 4);
    }));
});
