/** KBP1xx. */
import { budget, nodePool, provisioner, settingsMap, workload } from "../testing.ts";
import { account, eventRules, known, queuePolicy } from "../testing-account.ts";
import { readMetrics } from "../facts/metrics.ts";
import type { RuleExample } from "./example.ts";
import { controller, event, node, only, pod, ready, template, waiting } from "./objects.ts";

const pool = nodePool("a", "[]");
const own = "namespace: karpenter, labels: {app.kubernetes.io/name: karpenter}";
const onFargate =
  "namespace: karpenter, labels: {app.kubernetes.io/name: karpenter, eks.amazonaws.com/fargate-profile: f}";
const poolNode = node("n1", "karpenter.sh/nodepool: a");
const groupNode = node("n2", "eks.amazonaws.com/nodegroup: g");
const excluding = (...keys: readonly string[]) =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [${keys.map((key) => `{key: ${key}, operator: DoesNotExist}`).join(", ")}]}]}}}`;
const spot = nodePool("a", only("karpenter.sh/capacity-type", "spot"));
const noQueue = settingsMap("{aws.clusterName: a}");
const queue = settingsMap("{aws.interruptionQueueName: q}");
const slow = (seconds: number) => workload("Deployment", "", `terminationGracePeriodSeconds: ${seconds}`);
const types = (operator: string, ...values: readonly string[]) =>
  `requirements: [{key: node.kubernetes.io/instance-type, operator: ${operator}, values: [${values.join(", ")}]}]`;
const arch = (...values: readonly string[]) => `requirements: ${only("kubernetes.io/arch", ...values)}`;
const inKarpenter = (text: string) => text.replace("name: web", "name: web, namespace: karpenter");
const now = "2026-06-01T10:20:00Z";
const old = waiting("2026-06-01T10:00:00Z");
const accountQueue = (rules: typeof eventRules) =>
  account({ queue: known({ name: "q", arn: "arn:q", policy: queuePolicy, rules: known(rules) }) });
const launchTemplate = { name: "lt", networkInterfaces: 0, placement: false, imageId: "ami-1" };
const ofTemplate = (more: object) => ({
  files: template("launchTemplate: lt"),
  now: "2026-06-01T00:00:00Z",
  account: account({ launchTemplates: new Map([["lt", known({ ...launchTemplate, ...more })]]) }),
});
const autoscaler = (flag: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cluster-autoscaler, namespace: kube-system}\nspec:\n  template:\n    spec: {containers: [{name: ca, image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.30.0", command: [./cluster-autoscaler, "${flag}"]}]}\n`;
const byField =
  "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n]}]}]}}}";

/** Figures of thirty days and one more. */
function month(nodes: (day: number) => number, use: (day: number) => number) {
  const series = (of: (day: number) => number) => [
    { metric: { nodepool: "a" }, values: Array.from({ length: 31 }, (_, day) => [day * 86_400, String(of(day))]) },
  ];
  const figures = { poolNodes: series(nodes), poolUtilization: series(use) };
  const read = readMetrics("m.json", { schema: "karpenter.metrics/1", figures });
  if (!read.ok) throw new Error(read.failure);
  return { files: pool, metrics: read.value };
}

export const runningExamples: readonly RuleExample[] = [
  {
    rule: "KBP101",
    violating: { dump: pool + pod("k", own, ready("False")) },
    clean: { dump: pool + pod("k", own, ready()) },
    lookalike: { dump: pool + pod("k", own, ready("False")) + pod("k2", own, ready()) },
    because: "one of two controllers is ready: the other stands by",
  },
  {
    rule: "KBP102",
    violating: { dump: pool + poolNode },
    clean: { dump: pool + poolNode + groupNode },
    lookalike: { dump: pool + poolNode + pod("k", onFargate, ready()) },
    because: "all nodes are pools', but the controller runs on Fargate",
  },
  {
    rule: "KBP103",
    violating: { dump: poolNode + pod("k", own, ready()) },
    clean: { dump: node("n1", "eks.amazonaws.com/nodegroup: g") + pod("k", own, ready()) },
    lookalike: {
      dump:
        poolNode +
        groupNode +
        pod("k", own, ready(), "nodeName: n2, containers: [{name: c}]") +
        pod("w", "labels: {app: web}", ready()),
    },
    because: "what runs on the pool's node is no controller",
  },
  {
    rule: "KBP104",
    violating: { files: controller(excluding("karpenter.sh/provisioner-name")) },
    clean: { files: controller(excluding("karpenter.sh/provisioner-name", "karpenter.sh/nodepool")) },
    lookalike: { files: controller("nodeSelector: {eks.amazonaws.com/nodegroup: system}") },
    because: "no affinity keeps it off, but a selector keeps it on static nodes",
  },
  {
    rule: "KBP105",
    violating: { dump: pod("k", onFargate, ready()) + pod("w", own, ready()) },
    clean: { dump: pod("k", onFargate, ready()) + pod("w", onFargate, ready()) },
    lookalike: { dump: pod("k", onFargate, ready()) + pod("w", "namespace: karpenter", "phase: Succeeded") },
    because: "the pod outside has ended",
  },
  {
    rule: "KBP106",
    violating: { files: controller("", undefined, { replicas: 1 }) + inKarpenter(budget("maxUnavailable: 1")) },
    clean: { files: controller() + inKarpenter(budget("maxUnavailable: 1")) },
    lookalike: {
      files: controller("", undefined, { replicas: 1 }).replace(
        "app: web}",
        "app: web, eks.amazonaws.com/fargate-profile: f}",
      ),
    },
    because: "one replica, but on Fargate, where no node is drained under it",
  },
  {
    rule: "KBP108",
    violating: { files: pool + workload("Deployment") + autoscaler("--nodes=1:5:workers") },
    clean: { files: pool + workload("Deployment") + autoscaler("--nodes=3:3:workers") },
    lookalike: {
      files:
        pool +
        workload("Deployment", "", "nodeSelector: {karpenter.sh/nodepool: a, team: x}") +
        autoscaler("--nodes=1:5:workers"),
    },
    because: "the group may grow, but its nodes lack the label that the pods select",
  },
  {
    rule: "KBP109",
    violating: month(
      () => 3,
      (day) => 0.5 + (day % 2) * 0.01,
    ),
    clean: month(
      (day) => 3 + (day % 4),
      (day) => 0.5 + (day % 2) * 0.01,
    ),
    lookalike: month(
      () => 3,
      (day) => (day % 2 === 0 ? 0.2 : 0.8),
    ),
    because: "the same nodes for a month, but their use goes up and down",
  },
  {
    rule: "KBP110",
    violating: { files: pool + workload("Deployment", "", byField) },
    clean: { files: pool + workload("Deployment") },
    lookalike: { files: pool + workload("Deployment", "", byField.replace("matchFields", "matchExpressions")) },
    because: "the key is that of a field, but it stands under matchExpressions, where it is a label",
  },
  {
    rule: "KBP111",
    violating: { dump: pool + old + event("FailedScheduling", "default-scheduler", "message: refused"), now },
    clean: { dump: pool + old + event("Nominated", "karpenter", "message: planned"), now },
    lookalike: {
      dump: pool + waiting("2026-06-01T10:16:00Z") + event("FailedScheduling", "default-scheduler", "message: refused"),
      now,
    },
    because: "nobody has considered it, but it waits for less than five minutes",
  },
  {
    rule: "KBP120",
    violating: {
      files: workload("DaemonSet", "selector: {}").replace(
        "image: web",
        "image: public.ecr.aws/aws-ec2/aws-node-termination-handler:v1",
      ),
    },
    clean: { files: workload("DaemonSet", "selector: {}") },
    lookalike: {
      files: workload("DaemonSet", "selector: {}").replace(
        "image: web",
        "image: registry.k8s.io/node-problem-detector:v1",
      ),
    },
    because: "another daemon that looks after nodes",
  },
  {
    rule: "KBP121",
    violating: { files: spot + noQueue },
    clean: { files: spot + queue },
    lookalike: {
      files:
        nodePool("a", "[{key: karpenter.sh/capacity-type, operator: NotIn, values: [on-demand]}]") +
        settingsMap("{aws.interruptionQueue: q}"),
    },
    because: "it uses spot, and its queue has the founding document's spelling",
  },
  {
    rule: "KBP122",
    violating: { account: accountQueue(eventRules.slice(1)) },
    clean: { account: accountQueue(eventRules) },
    lookalike: {
      account: accountQueue([{ name: "all", enabled: true, pattern: '{"source":["aws.ec2",{"prefix":"aws.hea"}]}' }]),
    },
    because: "one rule in the place of four lets all four through",
  },
  {
    rule: "KBP123",
    violating: { files: settingsMap("{aws.interruptionQueue: q}") },
    clean: { files: queue },
    lookalike: { files: settingsMap('{aws.interruptionQueueName: q, aws.interruptionQueue: ""}') },
    because: "the other spelling is there, but empty",
  },
  {
    rule: "KBP124",
    violating: { files: spot + noQueue + slow(120) },
    clean: { files: spot + noQueue + slow(60) },
    lookalike: { files: spot + queue + slow(120) },
    because: "it takes its time, and has its notice by the queue",
  },
  {
    rule: "KBP125",
    violating: { files: spot + slow(121) },
    clean: { files: spot + slow(30) },
    lookalike: {
      files:
        nodePool("a", only("karpenter.sh/capacity-type", "spot", "on-demand")) +
        workload(
          "Deployment",
          "",
          "terminationGracePeriodSeconds: 600\nnodeSelector: {karpenter.sh/capacity-type: on-demand}",
        ),
    },
    because: "the pool may use spot, but the pod insists on on-demand",
  },
  {
    rule: "KBP130",
    violating: { files: template("launchTemplate: lt") },
    clean: { files: template("amiFamily: AL2") },
    lookalike: { files: template("amiFamily: Custom, amiSelector: {aws-ids: ami-1}, userData: launchTemplate") },
    because: "everything is its own, but by fields, which Karpenter manages",
  },
  {
    rule: "KBP131",
    violating: { files: template("launchTemplate: lt") + provisioner("a", arch("amd64", "arm64")) },
    clean: { files: template("launchTemplate: lt") + provisioner("a", arch("arm64")) },
    lookalike: { files: template("launchTemplate: lt") + provisioner("a", "weight: 1") },
    because: "it names no architecture, and so gets the default, which is one",
  },
  {
    rule: "KBP132",
    violating: { files: template("launchTemplate: lt, userData: x") },
    clean: { files: template("launchTemplate: lt") },
    lookalike: { files: template("launchTemplate: lt, blockDeviceMappings: []") },
    because: "the field is there, but empty",
  },
  {
    rule: "KBP133",
    violating: ofTemplate({ instanceType: "m5.large" }),
    clean: ofTemplate({}),
    lookalike: ofTemplate({ imageDate: known("2020-01-01T00:00:00Z") }),
    because: "an old image is in use all the same: that is KBP134's",
  },
  {
    rule: "KBP134",
    violating: ofTemplate({ imageDate: known("2026-01-01T00:00:00Z") }),
    clean: ofTemplate({ imageDate: known("2026-05-20T00:00:00Z") }),
    lookalike: ofTemplate({ imageDate: known("2026-03-03T00:00:00Z") }),
    because: "ninety days to the day",
  },
  {
    rule: "KBP140",
    violating: { files: nodePool("a", "[]", "weight: 1") + workload("Deployment") },
    clean: {
      files: nodePool("a", only("karpenter.k8s.aws/instance-size", "large"), "weight: 1") + workload("Deployment"),
    },
    lookalike: { files: nodePool("a", "[]") + workload("Deployment") },
    because: "types of 64 vCPU for a pod of one, but a limit of 10 vCPU bounds them",
  },
  {
    rule: "KBP141",
    violating: { files: provisioner("a", types("In", "c5.large", "c5.lage")) },
    clean: { files: provisioner("a", types("In", "c5.large")) },
    lookalike: { files: provisioner("a", types("NotIn", "m6g.16xlarge")) },
    because: "a type of another architecture exists, whatever the pool makes of it",
  },
  {
    rule: "KBP142",
    violating: { files: provisioner("a", types("NotIn", "c5.large")) },
    clean: { files: provisioner("a", types("In", "c5.large")) },
    lookalike: { files: provisioner("a", types("In", "p3.8xlarge", "p3.16xlarge")) },
    because: "accelerators that are named are wanted",
  },
  {
    rule: "KBP143",
    violating: { files: provisioner("a", "requirements: [{key: a, operator: In, values: b}]") },
    clean: { files: provisioner("a", types("In", "c5.large")) },
    lookalike: { files: provisioner("a", "requirements: [{key: a, operator: Exists}]") },
    because: "no values at all, where the operator takes none",
  },
  {
    rule: "KBP144",
    violating: { files: provisioner("a", `labels: {kubernetes.io/arch: arm64}\n${arch("amd64")}`) },
    clean: { files: provisioner("a", arch("amd64")) },
    lookalike: {
      files: provisioner("a", "requirements: [{key: karpenter.k8s.aws/instance-gpu-count, operator: DoesNotExist}]"),
    },
    because: "a key with no possible value, which is what DoesNotExist says",
  },
];
