/** Golden results of the founding document's own snippets (spec: v1alpha5 6.5), with M and C only. */
import { describe, expect, test } from "vitest";
import { advise, allRules } from "../../advisor/index.ts";
import { parseManifests } from "../../manifests/index.ts";
import { judgeObjects } from "../offline/judge-objects.ts";
import { machineTypesOf } from "./machine-types.ts";

const types = machineTypesOf("us-east-1");
const region = "us-east-1";
const adviceOn = (text: string) =>
  advise({ manifests: parseManifests("a.yaml", text), texts: new Map([["a.yaml", text]]), types, region }, allRules);
const rulesOf = (text: string) => adviceOn(text).findings.map(({ rule }) => rule);
const stateOf = (text: string, rule: string) => adviceOn(text).rules.find((outcome) => outcome.rule === rule)?.state;
const logAdvice = (text: string) => advise({ logs: [{ file: "a.log", text }] }, allRules).findings;

const exclusion = `- key: node.kubernetes.io/instance-type
    operator: NotIn
    values:
      'm6g.16xlarge'
      'm6gd.16xlarge'
      'r6g.16xlarge'
      'r6gd.16xlarge'
      'c6g.16xlarge'
`;
const repaired = `- key: node.kubernetes.io/instance-type
  operator: NotIn
  values:
    - 'm6g.16xlarge'
    - 'm6gd.16xlarge'
    - 'r6g.16xlarge'
    - 'r6gd.16xlarge'
    - 'c6g.16xlarge'`;

const provisioner = (name: string, spec: string) =>
  `---\napiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata:\n  name: ${name}\nspec:\n${spec.replace(/^/gm, "  ")}\n`;

const gpu = provisioner(
  "gpu",
  `requirements:
- key: node.kubernetes.io/instance-type
  operator: In
  values:
  - p3.8xlarge
  - p3.16xlarge
taints:
- effect: NoSchedule
  key: nvidia.com/gpu
  value: "true"
ttlSecondsAfterEmpty: 60`,
);

const nineTypes = [
  "m5.large",
  "m5.xlarge",
  "m5.2xlarge",
  "c5.large",
  "c5.xlarge",
  "c5a.large",
  "c5a.xlarge",
  "r5.large",
  "r5.xlarge",
];
const generalcompute = provisioner(
  "generalcompute",
  `labels:
  billing-team: my-team
requirements:
- key: node.kubernetes.io/instance-type
  operator: In
  values: [${nineTypes.join(", ")}]`,
);

const deployment = (name: string, head: string, pod: string, resources: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  ${head}\n  selector:\n    matchLabels: {app: ${name}}\n  template:\n    metadata:\n      labels: {app: ${name}}\n    spec:\n      containers:\n      - {name: main, image: main, resources: {${resources}}}\n${pod.replace(/^/gm, "      ")}\n`;
const tolerant = "tolerations:\n- key: nvidia.com/gpu\n  operator: Exists\n  effect: NoSchedule";
const myTeam = `affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
      - matchExpressions:
        - key: billing-team
          operator: In
          values: ["my-team"]`;
const settled = "requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}";

describe("exclusion requirement", () => {
  test("[R25] as printed it is KBP143, with the repaired list as proposal", () => {
    expect(adviceOn(exclusion).findings).toMatchObject([
      {
        rule: "KBP143",
        message: expect.stringContaining('values must be a list; write one "- item" per line'),
        fix: `Write:\n${repaired}`,
      },
    ]);
  });

  test("[R24] [R54] repaired, it opens the pool to everything else", () => {
    const { findings } = adviceOn(provisioner("a", `providerRef: {name: a}\nrequirements:\n${repaired}`));
    expect(findings.map(({ rule }) => rule)).toEqual(["KBP142", "KBP307", "KBP308", "KBP601", "KBP610"]);
    expect(findings[0]?.message).toContain("exclude nothing while kubernetes.io/arch is amd64 (the default)");
  });

  test("[R25] repaired, its types are known and admission takes it (P14 to P17)", () => {
    const text = provisioner("a", `providerRef: {name: a}\nrequirements:\n${repaired}`);
    expect(stateOf(text, "KBP141")).toBe("pass");
    expect(judgeObjects(parseManifests("a.yaml", text)).refusals).toEqual([]);
    const wrong = text.replace("operator: NotIn", "operator: Without");
    expect(judgeObjects(parseManifests("a.yaml", wrong)).refusals).not.toEqual([]);
  });
});

describe("Provisioner gpu", () => {
  test("[R45] it names no template, never expires and has no limits; nothing else", () => {
    expect(rulesOf(gpu)).toEqual(["KBP308", "KBP311", "KBP601"]);
  });

  test.each(["KBP303", "KBP307", "KBP310"])("[R45] %s passes", (rule) => expect(stateOf(gpu, rule)).toBe("pass"));

  test("[R51] KBP401 is skipped: it is on-demand by default", () => expect(stateOf(gpu, "KBP401")).toBe("skipped"));
});

describe("Deployment inflate-gpu", () => {
  test("[R46] with its dots it is an elided manifest", () => {
    const elided =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: inflate-gpu\nspec:\n  ...\n    spec:\n      tolerations: []\n";
    expect(adviceOn(elided).findings).toMatchObject([
      { rule: "KBP143", message: expect.stringContaining("elided manifest") },
    ]);
  });

  // Without replicas, as such examples begin: nothing is said of how many there should be.
  const completed = (resources: string) => gpu + deployment("inflate-gpu", "replicas: 0", tolerant, resources);
  const ownOf = (text: string) =>
    adviceOn(text)
      .findings.filter(({ place }) => place.object.kind === "Deployment")
      .map(({ rule }) => rule);

  test("[R55] completed without a GPU request it may squat, and that is all", () => {
    expect(ownOf(completed(settled))).toEqual(["KBP305"]);
  });

  test("[R46] completed with one there is nothing to say, and KBP304 passes", () => {
    const text = completed("requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi, nvidia.com/gpu: 1}");
    expect(ownOf(text)).toEqual([]);
    expect(stateOf(text, "KBP304")).toBe("pass");
  });
});

describe("Provisioner generalcompute", () => {
  test("[R47] it names no template, keeps nodes for ever and has no limits; nothing else", () => {
    expect(rulesOf(generalcompute)).toEqual(["KBP307", "KBP308", "KBP311", "KBP601"]);
  });

  test("[R43] [R47] its types are disjoint from those of gpu, and all known", () => {
    expect(stateOf(gpu + generalcompute, "KBP301")).toBe("pass");
    expect(stateOf(generalcompute, "KBP141")).toBe("pass");
  });
});

describe("Deployment workload-my-team", () => {
  test("[R48] as printed, elided and without apiVersion, it is KBP143", () => {
    const printed = "kind: Deployment\nmetadata:\n  name: workload-my-team\nspec:\n  replicas: 200\n  ...\n    spec:\n";
    expect(rulesOf(printed)).toEqual(["KBP143"]);
  });

  test("[R48] [R59] completed, it lacks spread, budget and requests, and is served", () => {
    const text = generalcompute + deployment("workload-my-team", "replicas: 200", myTeam, "");
    const own = adviceOn(text).findings.filter(({ place }) => place.object.kind === "Deployment");
    expect(own.map(({ rule }) => rule)).toEqual(["KBP502", "KBP503", "KBP521", "KBP522"]);
    expect([stateOf(text, "KBP306"), stateOf(text, "KBP507")]).toEqual(["pass", "pass"]);
  });
});

test("[R68] the limits fragment clears KBP601 and KBP602, and KBP610 passes", () => {
  const text = provisioner("a", "providerRef: {name: a}\nlimits:\n  resources:\n    cpu: 1000\n    memory: 1000Gi");
  expect(["KBP601", "KBP602", "KBP610"].map((rule) => stateOf(text, rule))).toEqual(["pass", "pass", "pass"]);
});

test("[R26] the ConfigMap with aws.interruptionQueue is KBP123 as a hint, and KBP121 passes", () => {
  const map =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: karpenter-global-settings, namespace: karpenter}\ndata: {aws.clusterName: a, aws.interruptionQueue: q}\n";
  const spot = provisioner("a", "requirements: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]");
  expect(adviceOn(map).findings).toMatchObject([{ rule: "KBP123", severity: "info" }]);
  expect(stateOf(map + spot, "KBP121")).toBe("pass");
});

describe("the log excerpts", () => {
  test("[R32] the first is KBP202, its caused by lines one entry", () => {
    const log = `2022-03-01T10:00:00.000Z\tFATAL\tcontroller\tFetching instance types using ec2.DescribeInstanceTypes, WebIdentityErr: failed to retrieve credentials
caused by: RequestError: send request failed
caused by: Post "https://sts.ap-southeast-1.amazonaws.com/": dial tcp 54.1.1.1:443: i/o timeout
`;
    expect(logAdvice(log)).toMatchObject([{ rule: "KBP202", evidence: expect.stringContaining("1 entry") }]);
  });

  test("[R34] [R35] the second is KBP203", () => {
    const log = `2022-03-01T10:00:00.000Z\tINFO\tcontroller.provisioning\tWaiting for unschedulable pods
2022-03-01T10:00:01.000Z\tINFO\tcontroller.provisioning\tBatched 3 pods in 1.000572709s
2022-03-01T10:00:02.000Z\tERROR\tcontroller.provisioning\tCould not launch node, launching instances, getting launch template configs, getting launch templates, getting ssm parameter, RequestError: send request failed
caused by: Post "https://ssm.ap-southeast-1.amazonaws.com/": dial tcp 67.1.1.1:443: i/o timeout
`;
    expect(logAdvice(log)).toMatchObject([{ rule: "KBP203", place: { position: { line: 3 } } }]);
  });

  test("[R38] the third is KBP204 with its date", () => {
    const log = `2022-08-17T10:00:00.000Z\tERROR\tcontroller.aws.pricing\tupdating on-demand pricing, RequestError: send request failed
caused by: Post "https://api.pricing.ap-south-1.amazonaws.com/": dial tcp 52.1.1.1:443: i/o timeout; RequestError: send request failed
caused by: Post "https://api.pricing.ap-south-1.amazonaws.com/": dial tcp 52.1.1.1:443: i/o timeout, using existing pricing data from 2022-08-17T00:19:52Z\t{"commit": "4b5f953"}
`;
    expect(logAdvice(log)).toMatchObject([{ rule: "KBP204", message: "On-demand prices date from 2022-08-17" }]);
  });
});
