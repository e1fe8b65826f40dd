/** The main job on the real API server, scheduler and controllers: our controller, kubelets and account beside them. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { nodeClaimType, nodeType, podType } from "../../src/api/index.ts";
import type { Operator } from "../../src/operator/index.ts";
import { isRunning, untilAllRun, untilNothingIsLeft } from "./cluster-waits.ts";
import { openRealCluster, type TestCluster } from "./test-cluster.ts";

const sample = (name: string): string => fileURLToPath(new URL(`../../samples/${name}.yaml`, import.meta.url));
/** 6 web, 4 api, 8 worker, 2 database, 4 report, and an agent on each node. */
const applicationPods = 24;

describe("the sample application on a real control plane", () => {
  const running: { cluster?: TestCluster; operator?: Operator } = {};
  const cluster = (): TestCluster => {
    if (running.cluster === undefined) throw new Error("the cluster did not start");
    return running.cluster;
  };
  beforeAll(async () => {
    running.cluster = await openRealCluster(inject("binaries"));
    running.operator = await running.cluster.startOperator();
  });
  afterAll(() => running.cluster?.stop());

  it("gets the machines that its pods need", async () => {
    const applied = await cluster().kubectl(
      "apply",
      ...["storage", "pools", "application"].flatMap((name) => ["-f", sample(name)]),
    );
    expect(applied).toMatchObject({ code: 0, stderr: "" });
    await untilAllRun(cluster(), applicationPods + 1, 300);
    const nodes = await cluster().list(nodeType);
    const claims = await cluster().list(nodeClaimType);
    const named = new Set(claims.map(({ status }) => status?.nodeName));
    expect(named).toEqual(new Set(nodes.map(({ metadata }) => metadata.name)));
    expect(cluster().account.bill().running).toBe(nodes.length);
  });

  it("shows in kubectl as a user expects it", async () => {
    const { stdout } = await cluster().kubectl("get", "nodes,nodeclaims,nodepools,ec2nodeclasses");
    expect(stdout).toMatch(/node\/ip-\S+ +Ready/);
    expect(stdout).toMatch(/nodeclaim\.karpenter\.sh\/general-\w+ +\S+ +(spot|on-demand) +us-east-1\w +ip-\S+ +True/);
    expect(stdout).toMatch(/nodepool\.karpenter\.sh\/general +default +\d+ +True/);
    expect(stdout).toMatch(/ec2nodeclass\.karpenter\.k8s\.aws\/default +True/);
  });

  it("is drained from a node by kubectl, within its disruption budget, and runs again elsewhere", async () => {
    const pods = await cluster().list(podType);
    const node = pods.find(({ metadata }) => metadata.labels?.app === "api")?.spec.nodeName ?? "";
    const drained = await cluster().kubectl("drain", node, "--ignore-daemonsets", "--timeout=300s");
    expect(drained.code).toBe(0);
    await untilAllRun(cluster(), applicationPods, 300);
    const moved = (await cluster().list(podType)).filter(
      ({ metadata, spec }) => spec.nodeName === node && metadata.labels?.app !== "agent",
    );
    expect(moved.filter(isRunning)).toEqual([]);
  });

  it("loses every machine once it is scaled to 0", async () => {
    for (const kind of ["deployment", "statefulset"]) {
      const scaled = await cluster().kubectl("scale", kind, "--all", "-n", "shop", "--replicas=0");
      expect(scaled.code).toBe(0);
    }
    // The job runs half a minute, and the sample pools wait 30 s for more pods.
    await untilNothingIsLeft(cluster(), 300);
    // Pods of agents go with their node's object: the real pod garbage collector takes up to a minute for them.
    const left = (await cluster().list(podType)).filter(({ metadata }) => metadata.labels?.app !== "agent");
    expect(left.filter(isRunning)).toEqual([]);
  });
});
