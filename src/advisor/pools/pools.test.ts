import { describe, expect, test } from "vitest";
import { findingsOf, nodePool, provisioner, workload } from "../testing.ts";

const rest = "providerRef: {name: default}\nlimits: {resources: {cpu: 1}}";
const gpuTypes =
  "requirements: [{key: node.kubernetes.io/instance-type, operator: In, values: [p3.8xlarge, p3.16xlarge]}]";
const gpuTaint = "taints: [{key: nvidia.com/gpu, value: 'true', effect: NoSchedule}]";
const gpuPool = provisioner("gpu", `${rest}\n${gpuTypes}\n${gpuTaint}`);
const onlyC = "[{key: karpenter.k8s.aws/instance-family, operator: In, values: [c5]}]";
const onlyM = "[{key: karpenter.k8s.aws/instance-family, operator: In, values: [m5]}]";
const gpuAsk = "limits: {nvidia.com/gpu: 1}, requests: {cpu: 1, memory: 1Gi}";
const tolerant = "tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]";
const team = provisioner("team", `${rest}\nlabels: {billing-team: my-team}`);
const affinity = (value: string) =>
  `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: billing-team, operator: In, values: [${value}]}]}]}}}`;

describe.each([
  ["KBP301", "[R43] [R44]", nodePool("a", "[]") + nodePool("b", "[]"), nodePool("a", onlyC) + nodePool("b", onlyM)],
  ["KBP303", "[R45]", provisioner("gpu", `${rest}\n${gpuTypes}`), gpuPool],
  [
    "KBP304",
    "[R46] [R64]",
    gpuPool + workload("Deployment", "", "", gpuAsk),
    gpuPool + workload("Deployment", "", tolerant, gpuAsk),
  ],
  [
    "KBP305",
    "[R46] [R55]",
    gpuPool + workload("Deployment", "", tolerant),
    gpuPool + workload("Deployment", "", tolerant, gpuAsk),
  ],
  [
    "KBP306",
    "[R8] [R48]",
    team + workload("Deployment", "", affinity("other")),
    team + workload("Deployment", "", affinity("my-team")),
  ],
  ["KBP307", "[R3] [R4] [R49]", provisioner("a", rest), provisioner("a", `${rest}\nttlSecondsAfterEmpty: 60`)],
  ["KBP307", "[R3]", nodePool("a", "[]", "disruption: {consolidateAfter: Never}"), nodePool("a", "[]")],
  ["KBP308", "[R49] [R50]", provisioner("a", rest), provisioner("a", `${rest}\nttlSecondsUntilExpired: 2592000`)],
  [
    "KBP309",
    "[R49]",
    provisioner("a", `${rest}\nttlSecondsUntilExpired: 60`),
    provisioner("a", `${rest}\nttlSecondsUntilExpired: 3600`),
  ],
  [
    "KBP309",
    "[R49]",
    provisioner("a", `${rest}\nttlSecondsAfterEmpty: 90000`),
    nodePool("a", "[]", "disruption: {consolidateAfter: 0s}"),
  ],
  [
    "KBP310",
    "[R49]",
    provisioner("a", `${rest}\nttlSecondsAfterEmpty: 0\nconsolidation: {enabled: true}`),
    provisioner("a", `${rest}\nttlSecondsAfterEmpty: 0\nconsolidation: {enabled: false}`),
  ],
  ["KBP311", "[R45] [R47]", provisioner("a", "weight: 1"), provisioner("a", "provider: {subnetSelector: {a: b}}")],
  ["KBP312", "[R23]", provisioner("a", "provider: {subnetSelector: {a: b}}"), provisioner("a", rest)],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
  });

  test(`${tags} ${rule} is silent where it only looks broken`, () => {
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

describe("pools that overlap", () => {
  test("[R43] weights keep two pools apart", () => {
    const files = nodePool("a", "[]", "weight: 10") + nodePool("b", "[]", "weight: 1");
    expect(findingsOf("KBP301", { files })).toEqual([]);
  });

  test("[R44] pools that only a pod with both tolerations could use are a hint, and pods that exist make it a warning", () => {
    const files = nodePool("a", "[]") + nodePool("b", "[]", "weight: 0", "[{key: own, effect: NoSchedule}]");
    const tolerating = files + workload("Deployment", "", "tolerations: [{key: own, operator: Exists}]");
    expect(findingsOf("KBP301", { files })[0]?.severity).toBe("info");
    expect(findingsOf("KBP301", { files: tolerating })[0]?.severity).toBe("warning");
  });

  test("[R44] two pools that differ in labels and serve a workload of the input are an error, which names it", () => {
    const files = nodePool("a", "[]") + provisioner("b", `${rest}\nlabels: {team: x}`) + workload("Deployment");
    expect(findingsOf("KBP301", { files })[0]).toMatchObject({
      severity: "error",
      message: "NodePool a and Provisioner b overlap (witness: the pods of web); choice is arbitrary",
    });
  });
});

test("[R45] KBP311 is a warning where a template called default takes its place", () => {
  const template = "---\napiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: default}\n";
  const [finding] = findingsOf("KBP311", { files: provisioner("a", "weight: 1") + template });
  expect(finding).toMatchObject({ severity: "warning", evidence: "AWSNodeTemplate default is used" });
});

test("[R46] a pod that tolerates everything and selects another pool is no squatter", () => {
  const files =
    gpuPool + team + workload("Deployment", "", `tolerations: [{operator: Exists}]\n${affinity("my-team")}`);
  expect(findingsOf("KBP305", { files })).toEqual([]);
});

describe("teams that share a pool", () => {
  const pool = nodePool("a", "[{key: kubernetes.io/arch, operator: In, values: [amd64, arm64]}]");
  const arm = "nodeSelector: {kubernetes.io/arch: arm64}";
  const amd = "nodeSelector: {kubernetes.io/arch: amd64}";
  const of = (team: string, pod: string) =>
    workload("Deployment", "", pod).replace("labels: {app: web}", `labels: {app: web, team: ${team}}`);

  test("[R42] two teams that insist on different machines", () => {
    expect(findingsOf("KBP302", { files: pool + of("red", arm) + of("blue", amd) })).toMatchObject([
      { severity: "info", message: "Teams blue, red with different needs share NodePool a" },
    ]);
  });

  test.each([
    ["one team", pool + of("red", arm) + of("red", amd)],
    ["two teams with the same need", pool + of("red", arm) + of("blue", arm)],
    ["a team that runs anywhere", pool + of("red", arm) + of("blue", "")],
    ["a pool that a label keeps to one team", provisioner("a", `${rest}\nlabels: {team: red}`) + of("red", arm)],
  ])("[R5] %s may share a pool", (_, files) => expect(findingsOf("KBP302", { files })).toEqual([]));
});

describe("KBP302", () => {
  const of = (namespace: string, pod: string, resources?: string) =>
    workload("Deployment", "", pod, resources).replace("{name: web}", `{name: web, namespace: ${namespace}}`);
  const taint = (value: string) => `tolerations: [{key: dedicated, operator: Equal, value: ${value}}]`;
  const pool = nodePool("a", "[]");

  test.each([
    ["accelerators", of("red", "", gpuAsk) + of("blue", "")],
    ["taints that they tolerate", of("red", taint("red")) + of("blue", taint("blue"))],
    [
      "what the third of three asks for",
      of("red", "nodeSelector: {kubernetes.io/arch: amd64}") +
        of("red", "nodeSelector: {kubernetes.io/arch: amd64}") +
        of("blue", "nodeSelector: {kubernetes.io/arch: arm64}"),
    ],
  ])("[R42] teams with different %s share a pool", (_, workloads) => {
    expect(findingsOf("KBP302", { files: pool + workloads })).toMatchObject([
      { message: "Teams blue, red with different needs share NodePool a" },
    ]);
  });

  test.each([
    [
      "one tolerates every value of the key",
      of("red", taint("red")) + of("blue", "tolerations: [{key: dedicated, operator: Exists}]"),
    ],
    [
      "they are one team, by the label of their namespaces",
      `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: red, labels: {team: x}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: blue, labels: {team: x}}\n${of("red", "", gpuAsk)}${of("blue", "")}`,
    ],
    ["one team has both needs", of("red", "", gpuAsk) + of("red", "")],
  ])("[R42] silent where %s", (_, workloads) => {
    expect(findingsOf("KBP302", { files: pool + workloads })).toEqual([]);
  });
});

test("[R49] KBP309: an expiry below what nodes of the pool take to start", () => {
  const claim = (seconds: number) =>
    `---\napiVersion: karpenter.sh/v1alpha5\nkind: Machine\nmetadata: {name: m, creationTimestamp: "2026-06-01T00:00:00Z", labels: {karpenter.sh/provisioner-name: a}}\nstatus: {conditions: [{type: MachineInitialized, status: "True", lastTransitionTime: "${new Date(Date.UTC(2026, 5, 1) + seconds * 1000).toISOString()}"}]}\n`;
  const expiring = provisioner("a", `${rest}\nttlSecondsUntilExpired: 7200`);
  expect(findingsOf("KBP309", { dump: expiring + claim(9000) })).toMatchObject([
    {
      message: "TTL 7200 of Provisioner a causes churn",
      evidence: expect.stringContaining("the 9000 that its nodes take"),
    },
  ]);
  expect(findingsOf("KBP309", { dump: expiring + claim(90) })).toEqual([]);
});
