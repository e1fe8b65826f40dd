import { describe, expect, test } from "vitest";
import { budget, findingsOf, nodePool, provisioner, settingsMap, stateOf, workload } from "../testing.ts";

const controller = (more = "", pod = "") =>
  `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: karpenter, namespace: karpenter}
spec:
  replicas: 2
  template:
    metadata: {labels: {app.kubernetes.io/name: karpenter, app: web}}
    spec:
      containers: [{name: controller, image: public.ecr.aws/karpenter/controller:v0.31.0${more}}]
      ${pod}
`;
const excluding = (...keys: readonly string[]) =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [${keys.map((key) => `{key: ${key}, operator: DoesNotExist}`).join(", ")}]}]}}}`;
const both = excluding("karpenter.sh/provisioner-name", "karpenter.sh/nodepool");
const handler = (kind: string, image: string) => workload(kind).replace("image: web", `image: ${image}`);
const spot = nodePool("a", "[{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]");
const onDemand = nodePool("a", "[{key: karpenter.sh/capacity-type, operator: In, values: [on-demand]}]");
const noQueue = settingsMap("{aws.clusterName: a}");
const queue = settingsMap("{aws.interruptionQueueName: q}");
const slow = (seconds: number) => workload("Deployment", "", `terminationGracePeriodSeconds: ${seconds}`);
const template = (spec: string) =>
  `---\napiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: default}\nspec: {${spec}}\n`;
const named = (operator: string, ...values: readonly string[]) =>
  `requirements: [{key: node.kubernetes.io/instance-type, operator: ${operator}, values: [${values.join(", ")}]}]`;
const archs = (...values: readonly string[]) =>
  `requirements: [{key: kubernetes.io/arch, operator: In, values: [${values.join(", ")}]}]`;
const node = (labels: string) => `---\napiVersion: v1\nkind: Node\nmetadata: {name: node-1, labels: {${labels}}}\n`;
const ownPod =
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: k, labels: {app.kubernetes.io/name: karpenter}}\nspec: {nodeName: node-1, containers: [{name: c}]}\n";

describe.each([
  ["KBP104", "[R19]", controller("", excluding("karpenter.sh/provisioner-name")), controller("", both)],
  [
    "KBP106",
    "[R17]",
    controller(),
    controller() + budget("maxUnavailable: 1").replace("name: web", "name: web, namespace: karpenter"),
  ],
  [
    "KBP120",
    "[R29]",
    handler("DaemonSet", "public.ecr.aws/aws-ec2/aws-node-termination-handler:v1"),
    handler("DaemonSet", "node-problem-detector"),
  ],
  ["KBP121", "[R26]", spot + noQueue, spot + queue],
  ["KBP121", "[R26]", spot + controller(), onDemand + noQueue],
  ["KBP123", "[R26]", settingsMap("{aws.interruptionQueue: q}"), queue],
  ["KBP124", "[R30]", spot + noQueue + slow(120), spot + noQueue + slow(60)],
  ["KBP125", "[R30]", spot + slow(121), onDemand + slow(600)],
  ["KBP130", "[R20] [R23]", template("launchTemplate: lt"), template("userData: lt")],
  [
    "KBP131",
    "[R21]",
    template("launchTemplate: lt") + provisioner("a", archs("amd64", "arm64")),
    template("launchTemplate: lt") + provisioner("a", "weight: 1"),
  ],
  [
    "KBP132",
    "[R22]",
    template("launchTemplate: lt, userData: x"),
    template("launchTemplate: lt, blockDeviceMappings: []"),
  ],
  [
    "KBP140",
    "[R24]",
    nodePool("a", "[]", "weight: 1") + workload("Deployment"),
    nodePool("a", "[{key: karpenter.k8s.aws/instance-size, operator: NotIn, values: [16xlarge]}]", "weight: 1") +
      workload("Deployment"),
  ],
  [
    "KBP141",
    "[R25] [R47]",
    provisioner("a", named("In", "c5.large", "c5.lage")),
    provisioner("a", named("NotIn", "m6g.16xlarge")),
  ],
  [
    "KBP142",
    "[R24] [R54] [R55]",
    provisioner("a", named("NotIn", "c5.large")),
    provisioner("a", named("In", "c5.large")),
  ],
  [
    "KBP143",
    "[R25]",
    provisioner("a", "requirements: [{key: a, operator: In, values: b}]"),
    provisioner("a", "requirements: [{key: a, operator: Exists}]"),
  ],
  [
    "KBP144",
    "[R62]",
    provisioner("a", `labels: {kubernetes.io/arch: arm64}\n${archs("amd64")}`),
    provisioner("a", "requirements: [{key: karpenter.k8s.aws/instance-gpu-count, operator: DoesNotExist}]"),
  ],
  [
    "KBP144",
    "[R62]",
    provisioner("a", named("In", "m6g.16xlarge")),
    provisioner("a", `labels: {kubernetes.io/arch: arm64}\n${named("In", "m6g.16xlarge")}`),
  ],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
  });

  test(`${tags} ${rule} is silent where it only looks broken`, () => {
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

test("[R19] KBP103 finds the controller on a node of its own, and not on one of a node group", () => {
  expect(findingsOf("KBP103", { dump: node("karpenter.sh/nodepool: a") + ownPod })).toHaveLength(1);
  expect(findingsOf("KBP103", { dump: node("eks.amazonaws.com/nodegroup: a") + ownPod })).toEqual([]);
});

test("[R19] every alternative of the affinity must keep the controller away", () => {
  const or = both.replace(
    "nodeSelectorTerms: [",
    "nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}, ",
  );
  expect(findingsOf("KBP104", { files: controller("", or) })).toHaveLength(1);
});

test("[R26] spot without any settings in the input is not judged", () => {
  expect(stateOf("KBP121", { files: spot })).toBe("skipped");
});

test("[R26] KBP123 is an error where two spellings disagree", () => {
  const files = settingsMap("{aws.interruptionQueueName: a, aws.interruptionQueue: b}");
  expect(findingsOf("KBP123", { files })[0]).toMatchObject({ severity: "error" });
});

test("[R26] the queue of the controller's environment counts", () => {
  const files = spot + controller(", env: [{name: INTERRUPTION_QUEUE, value: q}]");
  expect(findingsOf("KBP121", { files })).toEqual([]);
});

test("[R29] KBP120 is an error when the queue is set", () => {
  const files = queue + handler("Deployment", "aws-node-termination-handler");
  expect(findingsOf("KBP120", { files })[0]?.severity).toBe("error");
});

test("[R30] a preStop hook needs a notice as well", () => {
  const files =
    onDemand +
    noQueue +
    workload("Deployment").replace("image: web", "image: web, lifecycle: {preStop: {sleep: {seconds: 5}}}");
  expect(findingsOf("KBP124", { files })[0]).toMatchObject({ severity: "warning" });
});

test("[R25] KBP142 says that excluded types of another architecture exclude nothing", () => {
  expect(findingsOf("KBP142", { files: provisioner("a", named("NotIn", "m6g.16xlarge")) })[0]?.message).toBe(
    "Provisioner a allows 2 accelerator and metal types; its exclusions exclude nothing while kubernetes.io/arch is amd64 (the default)",
  );
});

test("[R30] a pod that insists on on-demand gets no notice of spot, and needs none", () => {
  const either = nodePool("a", "[{key: karpenter.sh/capacity-type, operator: In, values: [spot, on-demand]}]");
  const pinned = workload(
    "Deployment",
    "",
    "terminationGracePeriodSeconds: 600\nnodeSelector: {karpenter.sh/capacity-type: on-demand}",
  );
  expect(findingsOf("KBP125", { files: either + pinned })).toEqual([]);
  expect(findingsOf("KBP124", { files: either + noQueue + pinned })[0]?.severity).toBe("warning");
});

test("[R29] tags for the handler alone are a hint", () => {
  expect(
    findingsOf("KBP120", { files: template('tags: {aws-node-termination-handler/managed: "true"}') }),
  ).toMatchObject([{ severity: "info", place: { path: ["spec", "tags", "aws-node-termination-handler/managed"] } }]);
  expect(stateOf("KBP120", { files: template("tags: {team: a}") })).toBe("pass");
});
