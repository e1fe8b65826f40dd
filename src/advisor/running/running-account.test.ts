import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, outcomeOf, provisioner, stateOf, workload } from "../testing.ts";
import { account, deniedAnswer, eventRules, known, queuePolicy } from "../testing-account.ts";

const queue = (more: object = {}) =>
  account({ queue: known({ name: "q", arn: "arn:q", policy: queuePolicy, rules: known(eventRules), ...more }) });
const messages = (rule: string, given: Parameters<typeof findingsOf>[1]) =>
  findingsOf(rule, given).map(({ message }) => message);

describe("KBP122", () => {
  test("[R26] [R27] four rules, a policy and a queue pass", () => {
    expect(stateOf("KBP122", { account: queue() })).toBe("pass");
  });

  test.each([
    ["no queue", { arn: undefined }, ["Queue q does not exist"]],
    [
      "a rule that is off",
      { rules: known(eventRules.map((rule) => ({ ...rule, enabled: rule.name !== "spot" }))) },
      ["Queue q receives no SPOT events"],
    ],
    ["two rules missing", { rules: known(eventRules.slice(0, 2)) }, ["Queue q receives no STATE/REBALANCE events"]],
    ["no policy", { policy: "" }, [expect.stringContaining("lacks events.amazonaws.com")]],
  ])("[R27] %s", (_, more, expected) => {
    expect(messages("KBP122", { account: queue(more) })).toEqual(expected);
  });

  test("[R27] one rule with a wider pattern covers several", () => {
    const all = known([{ name: "all", enabled: true, pattern: '{"source":["aws.ec2",{"prefix":"aws.health"}]}' }]);
    expect(stateOf("KBP122", { account: queue({ rules: all }) })).toBe("pass");
  });

  test("without a queue there is nothing to check, and a call that is denied is told", () => {
    expect(stateOf("KBP122", { account: account() })).toBe("skipped");
    const denied = queue({ rules: deniedAnswer("events:ListRuleNamesByTarget") });
    expect(outcomeOf("KBP122", { account: denied })?.reason).toContain("needs action events:ListRuleNamesByTarget");
  });
});

const template =
  "---\napiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: a}\nspec: {launchTemplate: lt}\n";

describe("launch templates", () => {
  const plain = { name: "lt", networkInterfaces: 0, placement: false, imageId: "ami-1" };
  const given = (more: object) => ({
    files: template,
    now: "2026-06-01T00:00:00Z",
    account: account({ launchTemplates: new Map([["lt", known({ ...plain, ...more })]]) }),
  });

  test.each([
    ["InstanceType", { instanceType: "m5.large" }],
    ["NetworkInterfaces", { networkInterfaces: 1 }],
    ["Placement", { placement: true }],
    ["InstanceMarketOptions", { marketType: "spot" }],
  ])("[R22] KBP133 tells that %s is ignored", (field, more) => {
    expect(messages("KBP133", given(more))).toEqual([`${field} of lt is ignored or breaks launches`]);
  });

  test("[R22] KBP133 is silent over one that sets none of them, and over one that nobody names", () => {
    expect(stateOf("KBP133", given({}))).toBe("pass");
    expect(
      stateOf("KBP133", { ...given({ instanceType: "m5.large" }), files: template.replace("launchTemplate", "a") }),
    ).toBe("skipped");
  });

  test("[R21] KBP134 tells an image of more than 90 days", () => {
    expect(messages("KBP134", given({ imageDate: known("2026-01-01T00:00:00Z") }))).toEqual([
      "lt pins AMI from 2026-01-01; nodes are not upgraded",
    ]);
    expect(stateOf("KBP134", given({ imageDate: known("2026-05-01T00:00:00Z") }))).toBe("pass");
  });

  test("[R21] KBP134 says which action it lacks", () => {
    expect(outcomeOf("KBP134", given({ imageDate: deniedAnswer("ec2:DescribeImages") }))).toMatchObject({
      state: "unknown",
      reason: expect.stringContaining("ec2:DescribeImages"),
    });
  });
});

const autoscaler = (flag: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cluster-autoscaler, namespace: kube-system}\nspec:\n  template:\n    spec: {containers: [{name: ca, image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.30.0", command: [./cluster-autoscaler, "${flag}"]}]}\n`;
const pool = nodePool("a", "[]");

describe("KBP108", () => {
  test("[R14] a group that may grow and takes the pods of a pool competes with it", () => {
    expect(messages("KBP108", { files: pool + workload("Deployment") + autoscaler("--nodes=1:5:workers") })).toEqual([
      "Cluster Autoscaler and NodePool a compete for the same pods, such as those of Deployment web",
    ]);
  });

  test("[R14] a pinned group may stand beside a pool", () => {
    expect(stateOf("KBP108", { files: pool + workload("Deployment") + autoscaler("--nodes=3:3:workers") })).toBe(
      "pass",
    );
  });

  test("[R14] groups that are discovered need the account, whose tags tell labels and taints", () => {
    const files = pool + workload("Deployment") + autoscaler("--node-group-auto-discovery=asg:tag=a");
    const group = (tags: object) =>
      account({
        scalingGroups: known([
          { name: "g", min: 0, max: 9, tags: { "k8s.io/cluster-autoscaler/enabled": "true", ...tags } },
        ]),
      });
    expect(stateOf("KBP108", { files })).toBe("unknown");
    expect(findingsOf("KBP108", { files, account: group({}) })).toHaveLength(1);
    const tainted = { "k8s.io/cluster-autoscaler/node-template/taint/own": "x:NoSchedule" };
    expect(findingsOf("KBP108", { files, account: group(tainted) })).toEqual([]);
  });

  test("[R14] without Cluster Autoscaler there is nothing to say", () => {
    expect(stateOf("KBP108", { files: pool + workload("Deployment") })).toBe("skipped");
  });
});

describe("KBP110", () => {
  const byField =
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n]}]}]}}}";

  test("[R15] affinity by field is told where it is written", () => {
    expect(findingsOf("KBP110", { files: pool + workload("Deployment", "", byField) })).toMatchObject([
      {
        message: "Deployment web needs node affinity by matchFields, which is not supported",
        place: { path: expect.arrayContaining(["matchFields"]) },
      },
    ]);
  });

  test("[R15] affinity by label is not, nor are daemons, which have a field of their own", () => {
    const byLabel = byField.replace("matchFields", "matchExpressions");
    expect(findingsOf("KBP110", { files: pool + workload("Deployment", "", byLabel) })).toEqual([]);
    expect(findingsOf("KBP110", { files: pool + workload("DaemonSet", "selector: {}", byField) })).toEqual([]);
  });
});

const waiting = (since: string) =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {containers: [{name: c}]}\nstatus: {phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, lastTransitionTime: "${since}"}]}\n`;
const event = (reason: string, component: string, message = "") =>
  `---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: shop}\ninvolvedObject: {kind: Pod, namespace: shop, name: p}\nreason: ${reason}\nmessage: "${message}"\nsource: {component: ${component}}\nlastTimestamp: "2026-06-01T10:00:00Z"\n`;

describe("pods that wait", () => {
  const now = "2026-06-01T10:20:00Z";
  const old = waiting("2026-06-01T10:00:00Z");

  test("[R1] KBP111: only the scheduler has spoken of it", () => {
    expect(messages("KBP111", { dump: pool + old + event("FailedScheduling", "default-scheduler"), now })).toEqual([
      "Pod shop/p is unschedulable but was not considered",
    ]);
  });

  test.each([
    ["the engine has refused it", old + event("FailedScheduling", "karpenter")],
    ["the engine has planned it", old + event("Nominated", "karpenter")],
    ["it waits for less than five minutes", waiting("2026-06-01T10:16:00Z") + event("Other", "karpenter")],
  ])("[R1] KBP111 is silent where %s", (_, objects) => {
    expect(stateOf("KBP111", { dump: pool + objects, now })).toBe("pass");
  });

  test("[R1] a dump without events cannot tell", () => {
    expect(stateOf("KBP111", { dump: pool + old, now })).toBe("unknown");
  });

  test("[R15] KBP110: what the engine says of a pod that it passes over names the feature", () => {
    const refused = event(
      "FailedScheduling",
      "karpenter",
      "ignoring pod, node selector term with matchFields is not supported",
    );
    expect(messages("KBP110", { dump: pool + old + refused, now })).toEqual([
      "Pod shop/p needs node affinity by matchFields, which is not supported",
    ]);
    const other = event("FailedScheduling", "karpenter", "no instance type has enough cpu");
    expect(findingsOf("KBP110", { dump: pool + old + other, now })).toEqual([]);
  });

  test("an object of the era counts as well", () => {
    const era = provisioner("a", "providerRef: {name: a}");
    expect(findingsOf("KBP111", { dump: era + old + event("Other", "karpenter"), now })).toHaveLength(1);
  });
});

describe("KBP110, other features", () => {
  test.each([
    ["devices by a resource claim", "resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]"],
    [
      "limits of in-tree volumes (awsElasticBlockStore)",
      "volumes: [{name: d, awsElasticBlockStore: {volumeID: vol-1}}]",
    ],
  ])("[R15] %s", (feature, spec) => {
    expect(messages("KBP110", { files: pool + workload("Deployment", "", spec) })).toEqual([
      `Deployment web needs ${feature}, which is not supported`,
    ]);
  });

  test("[R15] a field that no schema has, with the one that was meant", () => {
    const files = nodePool("a", "[]", "limits: {cpu: 1}\nweigth: 10");
    expect(findingsOf("KBP110", { files })).toMatchObject([
      {
        message: "NodePool a needs field spec.weigth, which is not supported (did you mean weight?)",
        place: { position: { line: 12 } },
      },
    ]);
  });

  test("[R15] a claim on a driver's volume, free labels and amounts are fields that it knows", () => {
    const files =
      provisioner("a", "labels: {any: thing}\nlimits: {resources: {example.com/any: 1}}\nproviderRef: {name: a}") +
      workload("Deployment", "", "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]");
    expect(findingsOf("KBP110", { files })).toEqual([]);
  });
});

describe("KBP105 with the account", () => {
  const controller = (name: string, labels: string) =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: karpenter, labels: {${labels}}}\nspec: {nodeName: n, containers: [{name: c}]}\nstatus: {phase: Running}\n`;
  const dump = controller("k", "app.kubernetes.io/name: karpenter") + controller("w", "app: webhook");
  const profiles = (labels: Readonly<Record<string, string>>, namespace = "karpenter") =>
    account({ fargateProfiles: known([{ name: "f", selectors: [{ namespace, labels }] }]) });

  test("[R18] a profile that leaves some of the namespace's pods out", () => {
    expect(messages("KBP105", { dump, account: profiles({ "app.kubernetes.io/name": "karpenter" }) })).toEqual([
      "Only 1 of 2 pods of namespace karpenter are selected by Fargate profile f",
    ]);
  });

  test.each([
    ["one that selects the whole namespace", profiles({})],
    ["one of another namespace", profiles({ app: "webhook" }, "shop")],
    ["one by a pattern that all have", profiles({}, "karp*")],
    ["none", account()],
  ])("[R18] silent over %s", (_, given) => {
    expect(stateOf("KBP105", { dump, account: given })).toBe("pass");
  });

  test("an account that denies the call is no pass", () => {
    const denied = account({ fargateProfiles: deniedAnswer("eks:ListFargateProfiles") });
    expect(outcomeOf("KBP105", { dump, account: denied })?.reason).toContain("eks:ListFargateProfiles");
  });
});
