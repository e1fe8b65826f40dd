import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, outcomeOf, stateOf, workload } from "../testing.ts";
import { readMetrics } from "../facts/metrics.ts";

const now = "2026-06-10T00:00:00Z";
const pool = nodePool("a", "[]");
const node = (more = "") =>
  `---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, creationTimestamp: "2026-06-01T00:00:00Z", labels: {karpenter.sh/nodepool: a, node.kubernetes.io/instance-type: c5.large, topology.kubernetes.io/zone: us-east-1a, karpenter.sh/capacity-type: on-demand${more}}}\n`;
const claim = (status: string, spec = "{}") =>
  `---\napiVersion: karpenter.sh/v1\nkind: NodeClaim\nmetadata: {name: c1, creationTimestamp: "2026-06-01T00:00:00Z"}\nspec: ${spec}\nstatus: {nodeName: n1, ${status}}\n`;
const drifted = (since: string) =>
  claim(`conditions: [{type: Drifted, status: "True", lastTransitionTime: "${since}"}]`);
const pod = (metadata: string, status = "phase: Running", name = "p") =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop, ${metadata}}\nspec: {nodeName: n1, containers: [{name: c}]}\nstatus: {${status}}\n`;
const protectedPod = pod('annotations: {karpenter.sh/do-not-disrupt: "true"}');

describe("KBP511", () => {
  test("[R76] a drifted node that a protected pod has kept for more than a day, with its price", () => {
    const dump = pool + node() + drifted("2026-06-08T00:00:00Z") + protectedPod;
    expect(findingsOf("KBP511", { dump, now })).toMatchObject([
      { message: "n1 is kept by Pod shop/p since 2026-06-08T00:00:00Z", costPerMonth: 730 },
    ]);
  });

  test("[R50] an expired one too, by the time of its claim", () => {
    const dump = pool + node() + claim("conditions: []", "{expireAfter: 24h}") + protectedPod;
    expect(findingsOf("KBP511", { dump, now })).toMatchObject([
      { evidence: expect.stringContaining("past its expiry") },
    ]);
  });

  test.each([
    ["nothing protects its pods", drifted("2026-06-08T00:00:00Z") + pod("labels: {a: b}")],
    ["it drifted within the day", drifted("2026-06-09T20:00:00Z") + protectedPod],
    [
      "the protected pod has ended",
      drifted("2026-06-08T00:00:00Z") + pod('annotations: {karpenter.sh/do-not-disrupt: "true"}', "phase: Succeeded"),
    ],
    ["it neither drifted nor expired", claim("conditions: []") + protectedPod],
  ])("[R76] silent where %s", (_, objects) => {
    expect(findingsOf("KBP511", { dump: pool + node() + objects, now })).toEqual([]);
  });
});

describe("KBP513", () => {
  const job = (end: string, name = "j") =>
    pod(
      "ownerReferences: [{apiVersion: batch/v1, kind: Job, name: j, controller: true}]",
      `phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {exitCode: 0, finishedAt: "${end}"}}}]`,
      name,
    );
  const daemon = pod(
    "ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: d, controller: true}]",
    "phase: Running",
    "d",
  );

  test("[R77] a node with ended jobs and daemons alone, with its price", () => {
    const dump = pool + node() + job("2026-06-09T23:00:00Z") + daemon;
    expect(findingsOf("KBP513", { dump, now })).toMatchObject([
      { message: "n1 holds only finished jobs", costPerMonth: 730 },
    ]);
  });

  test.each([
    ["they ended a minute ago", job("2026-06-09T23:59:00Z")],
    ["another pod still runs", job("2026-06-09T23:00:00Z") + pod("labels: {a: b}")],
    ["nothing ran there but daemons", daemon],
  ])("[R77] silent where %s", (_, objects) => {
    expect(findingsOf("KBP513", { dump: pool + node() + objects, now })).toEqual([]);
  });
});

const series = (labels: object, values: readonly number[]) => ({
  metric: labels,
  values: values.map((value, day) => [day * 86_400, String(value)]),
});
const metricsOf = (figures: object) => {
  const read = readMetrics("m.json", { schema: "karpenter.metrics/1", figures });
  if (!read.ok) throw new Error(read.failure);
  return read.value;
};
const week = Array.from({ length: 8 }, () => 1);

describe("KBP523", () => {
  const files = workload("Deployment", "replicas: 2", "", "requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}");
  const labels = { namespace: "default", pod: "web-6d4b75cb6d-abcde", container: "web" };
  const cpu = (values: readonly number[], more = labels) => ({
    files,
    metrics: metricsOf({ containerCpu: { status: "success", data: { result: [series(more, values)] } } }),
  });

  test("[R83] far less, and more than is asked for, with the edit", () => {
    expect(findingsOf("KBP523", cpu(week.map(() => 0.1)))).toMatchObject([
      {
        message: "web uses 100m of requested 1 cpu",
        edit: { safe: false, changes: [{ kind: "set", value: "120m" }] },
      },
    ]);
    expect(findingsOf("KBP523", cpu(week.map(() => 1.5)))).toHaveLength(1);
  });

  test.each([
    ["what is asked for", cpu(week.map(() => 0.6))],
    ["little, but not yet for a week", cpu([0.1, 0.1])],
    [
      "another workload of the same beginning",
      cpu(
        week.map(() => 0.1),
        { ...labels, pod: "web-admin-6d4b75cb6d-abcde" },
      ),
    ],
    [
      "another namespace",
      cpu(
        week.map(() => 0.1),
        { ...labels, namespace: "shop" },
      ),
    ],
  ])("[R83] silent over %s", (_, given) => {
    expect(findingsOf("KBP523", given)).toEqual([]);
  });

  test("[R84] the busiest pod decides, by its p95", () => {
    const values = Array.from({ length: 100 }, (_, index) => (index === 0 ? 0.9 : 0.1));
    const metrics = metricsOf({
      containerCpu: [
        series(labels, values),
        series(
          { ...labels, pod: "web-6d4b75cb6d-fghij" },
          values.map(() => 0.5),
        ),
      ],
    });
    expect(findingsOf("KBP523", { files, metrics })).toEqual([]);
    expect(findingsOf("KBP523", cpu(values))).toHaveLength(1);
  });
});

describe("KBP109", () => {
  const month = Array.from({ length: 31 }, (_, day) => 0.5 + (day % 2) * 0.01);
  const given = (nodes: readonly number[], use: readonly number[]) => ({
    files: pool,
    metrics: metricsOf({
      poolNodes: [series({ nodepool: "a" }, nodes)],
      poolUtilization: [series({ nodepool: "a" }, use)],
    }),
  });

  test("[R11] [R13] thirty days of the same nodes and the same use", () => {
    expect(
      findingsOf(
        "KBP109",
        given(
          month.map(() => 3),
          month,
        ),
      ),
    ).toMatchObject([{ place: { object: { kind: "NodePool", name: "a" } } }]);
  });

  test.each([
    [
      "one node came and went",
      given(
        month.map((_, day) => (day === 9 ? 4 : 3)),
        month,
      ),
    ],
    [
      "its use goes up and down",
      given(
        month.map(() => 3),
        month.map((_, day) => (day % 2) * 0.5 + 0.1),
      ),
    ],
    ["a week says nothing yet", given(week, week)],
    [
      "it has no nodes",
      given(
        month.map(() => 0),
        month,
      ),
    ],
  ])("[R11] silent where %s", (_, each) => {
    expect(findingsOf("KBP109", each)).toEqual([]);
  });
});

test.each([
  [{}, "expected an object with schema karpenter.metrics/1"],
  [{ schema: "karpenter.metrics/1", figures: { cpu: [] } }, "figures.cpu: no such figure"],
  [
    { schema: "karpenter.metrics/1", figures: { poolNodes: { status: "error", error: "x" } } },
    "figures.poolNodes: expected an answer",
  ],
  [
    { schema: "karpenter.metrics/1", figures: { poolNodes: [{ metric: {}, values: [[0, "NaN"]] }] } },
    'figures.poolNodes.result[0].values[0]: found [0,"NaN"]',
  ],
])("use figures that are none are refused with their place: %j", (value, text) => {
  expect(readMetrics("m.json", value)).toMatchObject({ ok: false, failure: expect.stringContaining(text) });
});

test("a rule says which figures it lacks", () => {
  const given = { files: workload("Deployment"), metrics: metricsOf({}) };
  expect(outcomeOf("KBP523", given)).toMatchObject({
    state: "unknown",
    reason: expect.stringContaining("containerCpu"),
  });
  expect(stateOf("KBP109", given)).toBe("unknown");
});

describe("KBP504 in a cluster", () => {
  const budget = (allowed: number, status: string, since: string) =>
    `---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {maxUnavailable: 1, selector: {matchLabels: {a: b}}}\nstatus: {disruptionsAllowed: ${allowed}, conditions: [{type: DisruptionAllowed, status: "${status}", lastTransitionTime: "${since}"}]}\n`;

  test("[R61] a budget that has allowed nothing for more than an hour", () => {
    expect(findingsOf("KBP504", { dump: budget(0, "False", "2026-06-09T20:00:00Z"), now })).toMatchObject([
      { evidence: "disruptionsAllowed: 0 since 2026-06-09T20:00:00Z" },
    ]);
  });

  test.each([
    ["for some minutes", budget(0, "False", "2026-06-09T23:50:00Z")],
    ["no longer", budget(1, "True", "2026-06-09T20:00:00Z")],
  ])("[R61] silent where it does so %s", (_, dump) => expect(findingsOf("KBP504", { dump, now })).toEqual([]));
});

describe("KBP505 and volumes", () => {
  const volume = (zone: string, key = "topology.kubernetes.io/zone") =>
    `---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: ${key}, operator: In, values: [${zone}]}]}]}}}\n`;
  const claimed = (name: string) =>
    `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ${name}}\nspec: {volumeName: v}\n`;
  const using = workload("Deployment", "", "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]");

  test("[R63] a volume in a zone that nobody serves keeps its pod there", () => {
    expect(findingsOf("KBP505", { dump: pool + using + claimed("data") + volume("us-east-1f") })).toMatchObject([
      { message: "Zone us-east-1f is not served, where a volume of Deployment web is" },
    ]);
    // As the EBS driver writes it.
    const ebs = volume("us-east-1f", "topology.ebs.csi.aws.com/zone");
    expect(findingsOf("KBP505", { dump: pool + using + claimed("data") + ebs })).toHaveLength(1);
  });

  test("[R63] one of a StatefulSet's own claims is enough", () => {
    const set = workload("StatefulSet", "replicas: 2\nvolumeClaimTemplates: [{metadata: {name: data}, spec: {}}]");
    expect(findingsOf("KBP505", { dump: pool + set + claimed("data-web-1") + volume("us-east-1f") })).toHaveLength(1);
  });

  test.each([
    ["its zone is served", using + claimed("data") + volume("us-east-1b")],
    ["it is not known", using + claimed("data")],
    ["it is another claim's", using + claimed("other") + volume("us-east-1f")],
  ])("[R63] silent where %s", (_, objects) => {
    expect(findingsOf("KBP505", { dump: pool + objects })).toEqual([]);
  });
});

describe("KBP510 in a cluster", () => {
  const job = (status: string) =>
    `${workload("Job", "completions: 1", "restartPolicy: OnFailure")}status: {startTime: "2026-06-09T22:00:00Z", ${status}}\n`;

  test("[R75] a Job that has run for more than an hour is a long one", () => {
    expect(findingsOf("KBP510", { dump: pool + job("active: 1"), now })).toMatchObject([
      { evidence: "it may run on NodePool a; it has run for 2 h" },
    ]);
    expect(findingsOf("KBP510", { dump: pool + job('completionTime: "2026-06-09T22:30:00Z"'), now })).toEqual([]);
  });
});

describe("KBP524 and evictions", () => {
  const text = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.";
  const evicted = (message: string) =>
    pod("labels: {app: web}", `phase: Failed, reason: Evicted, message: "${message}"`);
  const event = (host: string, name: string) =>
    `---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: shop}\ninvolvedObject: {kind: Pod, namespace: shop, name: ${name}}\nreason: Evicted\nmessage: "${text}"\nsource: {component: kubelet, host: ${host}}\n`;

  test("[R79] a pod that was evicted for memory, told once though its event is there too", () => {
    expect(findingsOf("KBP524", { dump: pool + node() + evicted(text) + event("n1", "p") })).toMatchObject([
      { message: "Pod shop/p was evicted from n1, which ran out of memory" },
    ]);
  });

  test("[R79] its event alone, when the pod is gone", () => {
    expect(findingsOf("KBP524", { dump: pool + node() + event("n1", "gone") })).toMatchObject([
      { message: "Pod shop/gone was evicted from n1, which ran out of memory" },
    ]);
  });

  test("[R79] a log export, where every pool consolidates", () => {
    const log = `2026-06-01T10:00:00Z\tINFO\tkubelet\tEvicted pod shop/p: ${text}\n`;
    expect(findingsOf("KBP524", { files: pool, log })).toHaveLength(1);
    expect(
      findingsOf("KBP524", { files: pool + nodePool("b", "[]", "disruption: {consolidateAfter: Never}"), log }),
    ).toEqual([]);
    expect(stateOf("KBP524", { log })).toBe("unknown");
  });

  test.each([
    ["it was for want of disk", evicted(text.replace("memory", "ephemeral-storage"))],
    ["the node is nobody's", event("n9", "p")],
  ])("[R79] silent where %s", (_, objects) => {
    expect(findingsOf("KBP524", { dump: pool + node() + objects })).toEqual([]);
  });
});
