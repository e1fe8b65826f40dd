import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../api/index.ts";
import { expandWorkloads } from "./expand-workloads.ts";

const template = { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "app" }] } };
const workload = (kind: string, spec: object, more: object = {}): KubeObject =>
  ({ apiVersion: "apps/v1", kind, metadata: { name: "web", namespace: "shop" }, spec, ...more }) as KubeObject;

const namesOf = (objects: readonly KubeObject[], scale: Readonly<Record<string, number>> = {}): readonly string[] =>
  expandWorkloads(objects, new Map(Object.entries(scale))).pods.map(({ metadata }) => metadata.name ?? "");

const countOf = (...args: Parameters<typeof namesOf>): number => namesOf(...args).length;

const autoscaler = (minReplicas: number, maxReplicas: number): KubeObject =>
  ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas, maxReplicas },
  }) as KubeObject;

describe("workloads as their controllers expand them", () => {
  it.each([
    ["a Deployment", workload("Deployment", { replicas: 3, template }), 3],
    ["a Deployment that does not say how many", workload("Deployment", { template }), 1],
    ["a Deployment of none", workload("Deployment", { replicas: 0, template }), 0],
    ["a ReplicaSet", workload("ReplicaSet", { replicas: 2, template }), 2],
    ["a Job by its parallelism", workload("Job", { parallelism: 4, completions: 10, template }), 4],
    ["a Job with less left than it runs at once", workload("Job", { parallelism: 4, completions: 3, template }), 3],
    [
      "a Job that is half done",
      workload("Job", { parallelism: 4, completions: 4, template }, { status: { succeeded: 3 } }),
      1,
    ],
    ["a suspended Job", workload("Job", { suspend: true, template }), 0],
    [
      "one run of a CronJob",
      workload("CronJob", { schedule: "0 * * * *", jobTemplate: { spec: { parallelism: 2, template } } }),
      2,
    ],
    ["a suspended CronJob", workload("CronJob", { suspend: true, jobTemplate: { spec: { template } } }), 0],
    ["a DaemonSet, whose pods come with nodes", workload("DaemonSet", { template }), 0],
  ])("%s", (_, object, pods) => {
    expect(countOf([object])).toBe(pods);
  });

  it.each([
    [3, autoscaler(5, 10), {}, 5],
    [30, autoscaler(5, 10), {}, 10],
    [7, autoscaler(5, 10), {}, 7],
    [0, autoscaler(5, 10), {}, 0],
    [3, autoscaler(5, 10), { web: 20 }, 20],
    [3, autoscaler(5, 10), { web: 20, "Deployment/shop/web": 2 }, 2],
  ])("%i replicas within an autoscaler's bounds, unless --scale says otherwise", (replicas, bounds, scale, pods) => {
    expect(countOf([workload("Deployment", { replicas, template }), bounds], scale)).toBe(pods);
  });

  it("numbers pods of a StatefulSet and makes their claims", () => {
    const volumeClaimTemplates = [{ metadata: { name: "data" }, spec: { storageClassName: "gp3" } }];
    const set = workload("StatefulSet", {
      replicas: 2,
      selector: { matchLabels: { app: "x" } },
      template,
      volumeClaimTemplates,
    });
    const { pods, claims } = expandWorkloads([set], new Map());
    expect(pods.map(({ metadata, spec }) => [metadata.name, spec.volumes])).toEqual([
      ["web-0", [{ name: "data", persistentVolumeClaim: { claimName: "data-web-0" } }]],
      ["web-1", [{ name: "data", persistentVolumeClaim: { claimName: "data-web-1" } }]],
    ]);
    expect(claims.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name ?? ""}`)).toEqual([
      "shop/data-web-0",
      "shop/data-web-1",
    ]);
  });

  it("makes only what a dump lacks: pods count for the Deployment above their ReplicaSet", () => {
    const owned = (kind: string, name: string, owner: string, ownerKind: string): KubeObject =>
      ({
        apiVersion: "v1",
        kind,
        metadata: {
          name,
          namespace: "shop",
          ownerReferences: [{ apiVersion: "apps/v1", kind: ownerKind, name: owner, uid: "u", controller: true }],
        },
        spec: { replicas: 3, template, containers: [] },
      }) as KubeObject;
    const pods = ["a", "b"].map((name) => owned("Pod", name, "web-abc", "ReplicaSet"));
    const deployment = workload("Deployment", { replicas: 3, template });
    expect(countOf([deployment, owned("ReplicaSet", "web-abc", "web", "Deployment"), ...pods])).toBe(1);
    expect(countOf([deployment, ...pods])).toBe(1);
    expect(countOf([owned("ReplicaSet", "web-abc", "web", "Deployment"), ...pods])).toBe(1);
  });
});
