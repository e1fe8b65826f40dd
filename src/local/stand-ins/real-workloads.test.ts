import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DaemonSet, Deployment, KubeObject, ResourceType, StatefulSet } from "../../api/index.ts";
import {
  daemonSetType,
  deploymentType,
  namespaceType,
  persistentVolumeClaimType,
  podDisruptionBudgetType,
  resourceType,
  statefulSetType,
} from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { applyOrder, parseManifests } from "../../manifests/index.ts";
import { isRunning, withStandIns } from "./stand-in-fixture.ts";
import type { StandInFixture } from "./stand-in-fixture.ts";

const folder = process.env["WORKLOADS_DIR"] ?? join(import.meta.dirname, "../../../../shared/data/workloads");
const isThere = existsSync(folder);

const types: Readonly<Record<string, ResourceType>> = {
  Namespace: namespaceType,
  Deployment: deploymentType,
  StatefulSet: statefulSetType,
  DaemonSet: daemonSetType,
  Service: resourceType("v1", "Service", "services", "Namespaced"),
  ServiceAccount: resourceType("v1", "ServiceAccount", "serviceaccounts", "Namespaced"),
};

function typeOf(object: KubeObject): ResourceType {
  if (object.kind === "PodDisruptionBudget") {
    return { ...podDisruptionBudgetType, version: object.apiVersion.split("/")[1] ?? "" };
  }
  const type = types[object.kind];
  if (type === undefined) throw new Error(`the test knows no resource of kind ${object.kind}`);
  return type;
}

function objectsIn(name: string): readonly KubeObject[] {
  const files = readdirSync(join(folder, name)).sort();
  const sets = files.map((file) => parseManifests(file, readFileSync(join(folder, name, file), "utf8")));
  expect(sets.flatMap(({ problems }) => problems)).toEqual([]);
  return applyOrder(sets.flatMap(({ objects }) => objects)).map(({ object }) => object);
}

/** Applies all objects; gives back those that the server refused. */
async function apply(cluster: StandInFixture, objects: readonly KubeObject[]): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    const type = typeOf(object);
    const namespace = object.metadata.namespace ?? "default";
    const placed = type.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
    try {
      await cluster.kube.create(type, placed);
    } catch (error) {
      if (!isKubeFault(error)) throw error;
      refused.push(`${object.apiVersion} ${object.kind}`);
    }
  }
  return refused;
}

function podsWanted(objects: readonly KubeObject[], nodes: number): number {
  const wanted = (object: KubeObject): number => {
    if (object.kind === "DaemonSet") return (object as DaemonSet).spec.template === undefined ? 0 : nodes;
    if (object.kind !== "Deployment" && object.kind !== "StatefulSet") return 0;
    return (object as Deployment | StatefulSet).spec.replicas ?? 1;
  };
  return objects.map(wanted).reduce((sum, count) => sum + count, 0);
}

const nodeCount = 4;

async function runAll(cluster: StandInFixture, objects: readonly KubeObject[]): Promise<readonly string[]> {
  const refused = await apply(cluster, objects);
  const capacity = { cpu: "16", memory: "64Gi", pods: "110", "ephemeral-storage": "200Gi" };
  const gpu = { ...capacity, "nvidia.com/gpu": "1" };
  for (let index = 0; index < nodeCount; index += 1) {
    const resources = index === 0 ? gpu : capacity;
    cluster.yard.add({ capacity: resources, allocatable: resources });
  }
  const wanted = podsWanted(objects, nodeCount);
  await cluster.until(async () => (await cluster.pods()).filter(isRunning).length === wanted);
  await cluster.clock.advance(2_000);
  expect(await cluster.pods()).toHaveLength(wanted);
  expect(cluster.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  return refused;
}

it("has the folder of public manifests in CI", () => {
  expect(isThere || process.env["CI"] !== "true", `${folder} is absent; set WORKLOADS_DIR`).toBe(true);
});

// Skipped where the folder is absent: other people's manifests are not part of the project (product 8).
describe.skipIf(!isThere)("public manifests", () => {
  it.each([
    ["online-boutique", []],
    ["kube-prometheus", []],
    ["cockroachdb", ["policy/v1beta1 PodDisruptionBudget"]],
    ["vllm", []],
  ] as const)("runs every pod of %s", (name, refusals) =>
    withStandIns({}, async (cluster) => {
      expect(await runAll(cluster, objectsIn(name))).toEqual(refusals);
    }),
  );

  it("runs all of them together, with volumes bound and budgets that allow disruption", () =>
    withStandIns({}, async (cluster) => {
      await runAll(
        cluster,
        readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .flatMap(({ name }) => objectsIn(name)),
      );
      const claims = await cluster.list(persistentVolumeClaimType);
      expect(claims.map(({ status }) => status?.phase)).toEqual(["Bound", "Bound", "Bound"]);
      const budgets = await cluster.list(podDisruptionBudgetType);
      const adapter = budgets.find(({ metadata }) => metadata.name === "prometheus-adapter");
      expect(adapter?.status).toMatchObject({ expectedPods: 2, currentHealthy: 2, disruptionsAllowed: 1 });
    }));
});
