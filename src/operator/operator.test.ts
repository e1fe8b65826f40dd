import { describe, expect, test } from "vitest";
import { deployment, type EmbeddedCluster, embeddedCluster } from "../../test/controllers/embedded-cluster.ts";
import { deploymentType, eventType, leaseType, nodeClaimType, nodePoolType, nodeType, podType } from "../api/index.ts";
import { defaultOptions } from "./options.ts";

const isRunning = (cluster: EmbeddedCluster, count: number) => async (): Promise<boolean> => {
  const pods = await cluster.list(podType);
  return pods.filter(({ status }) => status?.phase === "Running").length === count;
};

const isEmpty = (cluster: EmbeddedCluster) => async (): Promise<boolean> =>
  (await cluster.list(nodeType)).length + (await cluster.list(nodeClaimType)).length === 0;

const scale = (cluster: EmbeddedCluster, replicas: number) =>
  cluster.kube.patch(
    deploymentType,
    { name: "web", namespace: "default" },
    { type: "merge", body: { spec: { replicas } } },
  );

describe("the main job", () => {
  test("pending pods get machines and run; scaled to nothing, the machines go", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 5, { cpu: "1", memory: "1Gi" }));
    expect(await cluster.until(isRunning(cluster, 5), 15)).toBe(true);
    const claims = await cluster.list(nodeClaimType);
    expect(claims.length).toBe(cluster.account.inventory().instances);
    expect(claims.length).toBe((await cluster.list(nodeType)).length);
    await scale(cluster, 0);
    // consolidateAfter 30 s, and within a minute after that (issue 3).
    expect(await cluster.until(isEmpty(cluster), 90)).toBe(true);
    expect(cluster.account.inventory().instances).toBe(0);
    await cluster.stop();
  });

  test("every decision says which pods, which machine, what it costs and why", async () => {
    const cluster = await embeddedCluster();
    const heard: string[] = [];
    cluster.operator.decisions.subscribe(({ kind }) => heard.push(kind));
    await cluster.kube.create(deploymentType, deployment("web", 2, { cpu: "1", memory: "1Gi" }));
    await cluster.until(isRunning(cluster, 2), 15);
    const launch = cluster.operator.decisions.list().find(({ kind }) => kind === "launch");
    expect(launch?.pods.length).toBe(2);
    expect(launch?.machine).toMatch(/^[cmr]\d/);
    expect(launch?.pricePerHour).toBeGreaterThan(0);
    expect(launch?.reason).toContain("cheapest");
    await scale(cluster, 0);
    await cluster.until(isEmpty(cluster), 90);
    expect(heard).toEqual(["launch", "launched", "registered", "initialized", "remove", "terminated"]);
    await cluster.stop();
  });

  test("a pod that fits nowhere is told why, once in five minutes", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "5000", memory: "1Gi" }));
    await cluster.clock.advance(60_000);
    const events = (await cluster.list(eventType)).filter(({ reason }) => reason === "FailedScheduling");
    const ours = events.filter(({ source }) => source?.component === "karpenter");
    expect(ours.map(({ message, count }) => [message?.startsWith("Failed to schedule pod, "), count])).toEqual([
      [true, 1],
    ]);
    expect((await cluster.list(nodeClaimType)).length).toBe(0);
    expect(cluster.operator.decisions.list().filter(({ kind }) => kind === "unplaced").length).toBe(1);
    await cluster.stop();
  });

  test("the pool says what it holds and that it is ready", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    await cluster.until(isRunning(cluster, 1), 15);
    await cluster.clock.advance(10_000);
    const [pool] = await cluster.list(nodePoolType);
    expect(pool?.status?.nodes).toBe(1);
    expect(pool?.status?.resources).toMatchObject({ nodes: "1" });
    expect(pool?.status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
    expect(pool?.metadata.annotations?.["karpenter.sh/nodepool-hash-version"]).toBe("v3");
    await cluster.stop();
  });
});

describe("modes (product 4)", () => {
  test.each(["plan", "observe"] as const)("%s decides and launches nothing", async (mode) => {
    const cluster = await embeddedCluster({ options: { mode } });
    // A cluster that another controller prepared: its pool is ready.
    await makePoolReady(cluster);
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    await cluster.clock.advance(60_000);
    expect((await cluster.list(nodeClaimType)).length).toBe(0);
    expect(cluster.everLaunched.size).toBe(0);
    expect((await cluster.list(leaseType)).length).toBe(0);
    const ours = (await cluster.list(eventType)).filter(({ source }) => source?.component === "karpenter");
    if (mode === "observe") expect(ours).toEqual([]);
    await cluster.stop();
  });
});

async function makePoolReady(cluster: EmbeddedCluster): Promise<void> {
  const moment = "2026-11-02T10:00:00Z";
  const conditions = ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
    type,
    status: "True",
    reason: type,
    message: "",
    lastTransitionTime: moment,
    observedGeneration: 1,
  }));
  await cluster.kube.patch(
    nodePoolType,
    { name: "default" },
    { type: "merge", body: { status: { conditions } }, subresource: "status" },
  );
}

/** Labels of each family that one life of a machine must show (operations 1.2), in their order there. */
const families: Readonly<Record<string, readonly string[]>> = {
  karpenter_build_info: ["version", "goversion", "goarch", "commit"],
  karpenter_nodeclaims_created_total: ["reason", "nodepool", "min_values_relaxed"],
  karpenter_nodeclaims_terminated_total: ["nodepool", "capacity_type", "zone"],
  karpenter_nodeclaims_disrupted_total: [
    "reason",
    "nodepool",
    "capacity_type",
    "consolidation_policy",
    "termination_mode",
  ],
  karpenter_nodeclaims_termination_duration_seconds_count: ["nodepool"],
  karpenter_nodeclaims_instance_termination_duration_seconds_count: ["nodepool"],
  karpenter_nodes_created_total: ["nodepool", "zone"],
  karpenter_nodes_terminated_total: ["nodepool", "zone"],
  karpenter_nodes_termination_duration_seconds_count: ["nodepool"],
  karpenter_nodes_drained_total: ["nodepool"],
  karpenter_nodes_lifetime_duration_seconds_count: ["nodepool"],
  karpenter_pods_scheduling_decision_duration_seconds_count: [],
  karpenter_pods_disruption_initiated_total: [
    "reason",
    "nodepool",
    "capacity_type",
    "consolidation_policy",
    "termination_mode",
  ],
  karpenter_voluntary_disruption_decisions_total: ["decision", "reason", "consolidation_type"],
  karpenter_voluntary_disruption_decisions_by_nodepool_total: ["nodepool", "decision", "reason", "consolidation_type"],
  karpenter_voluntary_disruption_decision_evaluation_duration_seconds_count: ["reason", "consolidation_type"],
  karpenter_voluntary_disruption_eligible_nodes: ["reason"],
  karpenter_voluntary_disruption_failed_validations_total: ["consolidation_type"],
  karpenter_nodepools_allowed_disruptions: ["nodepool", "reason"],
  karpenter_nodepools_nodes_consuming_budgets: ["nodepool", "reason"],
  karpenter_scheduler_scheduling_duration_seconds_count: ["controller"],
  karpenter_scheduler_unschedulable_pods_count: ["controller"],
  karpenter_scheduler_ignored_pods_count: [],
  karpenter_cloudprovider_duration_seconds_count: ["controller", "method", "provider"],
  karpenter_cloudprovider_errors_total: ["controller", "method", "provider", "error"],
  karpenter_cluster_state_node_count: [],
  karpenter_cluster_state_synced: [],
  karpenter_cluster_state_unsynced_time_seconds: [],
  karpenter_pods_startup_duration_seconds_count: [],
  karpenter_voluntary_disruption_consolidation_timeouts_total: ["consolidation_type"],
  karpenter_cloudprovider_batcher_batch_size_count: ["batcher"],
  karpenter_cloudprovider_batcher_batch_time_seconds_count: ["batcher"],
  karpenter_interruption_received_messages_total: ["message_type"],
  karpenter_interruption_deleted_messages_total: [],
  karpenter_interruption_message_queue_duration_seconds_count: [],
  controller_runtime_reconcile_total: ["controller", "result"],
  controller_runtime_reconcile_errors_total: ["controller"],
  controller_runtime_terminal_reconcile_errors_total: ["controller"],
  controller_runtime_reconcile_panics_total: ["controller"],
  controller_runtime_reconcile_timeouts_total: ["controller"],
  controller_runtime_reconcile_time_seconds_count: ["controller"],
  controller_runtime_max_concurrent_reconciles: ["controller"],
  controller_runtime_active_workers: ["controller"],
  workqueue_depth: ["name", "controller", "priority"],
  workqueue_adds_total: ["name", "controller"],
  workqueue_retries_total: ["name", "controller"],
  workqueue_queue_duration_seconds_count: ["name", "controller"],
  workqueue_work_duration_seconds_count: ["name", "controller"],
  workqueue_unfinished_work_seconds: ["name", "controller"],
  workqueue_longest_running_processor_seconds: ["name", "controller"],
  leader_election_master_status: ["name"],
  leader_election_slowpath_total: ["name"],
  operator_nodepool_status_condition_count: ["namespace", "name", "type", "status", "reason"],
  operator_nodepool_status_condition_transitions_total: ["type", "status", "reason"],
  operator_ec2nodeclass_status_condition_count: ["namespace", "name", "type", "status", "reason"],
};

/** And of each machine and pod while it lives. */
const whileAlive: Readonly<Record<string, readonly string[]>> = {
  karpenter_pods_state: [
    "name",
    "namespace",
    "owner",
    "node",
    "scheduled",
    "nodepool",
    "zone",
    "arch",
    "capacity_type",
    "instance_type",
    "phase",
    "ready",
    "managed",
  ],
  operator_nodeclaim_status_condition_count: [
    "namespace",
    "name",
    "type",
    "status",
    "reason",
    "karpenter_k8s_aws_ec2nodeclass",
    "karpenter_sh_nodepool",
  ],
};

const labelsOf = (exposition: string, name: string): readonly string[] | undefined => {
  const line = exposition.split("\n").find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
  return line === undefined ? undefined : [...line.matchAll(/(\w+)="/g)].map(([, label]) => label ?? "");
};

describe("what is served", () => {
  test("probes, metrics and decisions answer on their ports", async () => {
    const cluster = await embeddedCluster({ host: "127.0.0.1", options: { metricsPort: 0, healthProbePort: 0 } });
    // Sockets live on real time: the servers are up once their addresses are known.
    while (cluster.operator.urls.metrics === undefined) await new Promise((resolve) => setImmediate(resolve));
    await cluster.clock.advance(5_000);
    const { probes, metrics } = cluster.operator.urls;
    const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
    expect(await statusOf(`${probes}/healthz`)).toBe(200);
    expect(await statusOf(`${probes}/readyz`)).toBe(200);
    expect(await (await fetch(`${metrics}/metrics`)).text()).toContain("karpenter_build_info");
    expect(await statusOf(`${metrics}/decisions`)).toBe(200);
    await cluster.stop();
  });

  test("[ops 9.2.1] after one life of a machine every family stands there, with exactly its labels", async () => {
    const cluster = await embeddedCluster();
    await cluster.kube.create(deploymentType, deployment("web", 1, { cpu: "1", memory: "1Gi" }));
    await cluster.until(isRunning(cluster, 1), 15);
    await cluster.clock.advance(60_000);
    const alive = await cluster.metrics.expose();
    await scale(cluster, 0);
    await cluster.until(isEmpty(cluster), 90);
    await cluster.clock.advance(5_000);
    const gone = await cluster.metrics.expose();
    for (const [wanted, exposition] of [
      [whileAlive, alive],
      [families, gone],
    ] as const) {
      const found = Object.keys(wanted).map((name) => [name, labelsOf(exposition, name)?.toSorted()]);
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(Object.entries(wanted).map(([name, labels]) => [name, labels.toSorted()])),
      );
    }
    await cluster.stop();
  });
});

describe("start and stop", () => {
  test("the lease names the holder, and is given back on a clean stop", async () => {
    const cluster = await embeddedCluster();
    await cluster.clock.advance(5_000);
    const [lease] = (await cluster.list(leaseType)).filter(
      ({ metadata }) => metadata.name === defaultOptions.leaderElectionName,
    );
    expect(lease?.spec?.holderIdentity).not.toBe("");
    await cluster.stop();
    const [released] = (await cluster.list(leaseType)).filter(
      ({ metadata }) => metadata.name === defaultOptions.leaderElectionName,
    );
    expect(released?.spec?.holderIdentity).toBe("");
  });
});
