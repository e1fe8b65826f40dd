import { describe, expect, test } from "vitest";
import { budget, findingsOf, nodePool, provisioner, workload } from "../testing.ts";

const pool = nodePool("a", "[]");
const requirement = (key: string, ...values: readonly string[]) =>
  `[{key: ${key}, operator: In, values: [${values.join(", ")}]}]`;
const spread = (when: string) =>
  `topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ${when}}]`;
const job = (seconds: number, pod = "restartPolicy: OnFailure") =>
  workload("Job", `activeDeadlineSeconds: ${seconds}`, pod);
const zoned = (zone: string) => `nodeSelector: {topology.kubernetes.io/zone: ${zone}}`;
const twoPools =
  nodePool("c", requirement("karpenter.k8s.aws/instance-family", "c5")) +
  nodePool("z", requirement("topology.kubernetes.io/zone", "us-east-1a")).replace("[c5]", "[m5]");
const noRequests = workload("Deployment", "", "", "requests: {cpu: 1}");
const limitRange =
  "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, default: {memory: 1Gi}, defaultRequest: {cpu: 1, memory: 1Gi}}]}\n";
const init = (cpu: number) => `initContainers: [{name: i, resources: {requests: {cpu: ${cpu}}}}]`;
const annotated = (text: string) =>
  workload("Deployment").replace("labels: {app: web}", `labels: {app: web}, annotations: {${text}}`);

describe.each([
  ["KBP501", "[R59]", workload("Deployment", "replicas: 1"), workload("Job", "completions: 1")],
  ["KBP502", "[R59] [R60]", workload("Deployment"), workload("Deployment", "", spread("ScheduleAnyway"))],
  ["KBP503", "[R59] [R61]", workload("Deployment"), workload("Deployment") + budget("maxUnavailable: 1")],
  [
    "KBP504",
    "[R28] [R61]",
    workload("Deployment") + budget("minAvailable: 2"),
    workload("Deployment") + budget("minAvailable: 1"),
  ],
  ["KBP504", "[R61]", budget("maxUnavailable: 0"), budget("minAvailable: 1")],
  [
    "KBP504",
    "[R61]",
    workload("Deployment", "replicas: 3") + budget("minAvailable: 67%"),
    workload("Deployment", "replicas: 3") + budget("minAvailable: 66%"),
  ],
  [
    "KBP504",
    "[R61]",
    workload("Deployment") + budget("maxUnavailable: 1") + budget("maxUnavailable: 1", "two"),
    workload("Deployment") + budget("maxUnavailable: 1"),
  ],
  [
    "KBP505",
    "[R12] [R63]",
    pool + workload("Deployment", "", zoned("us-east-1f")),
    pool + workload("Deployment", "", zoned("us-east-1b")),
  ],
  [
    "KBP506",
    "[R64]",
    provisioner("a", "weight: 1") + workload("Deployment", "", "nodeSelector: {kubernetes.io/arch: arm64}"),
    pool + workload("Deployment", "", "nodeSelector: {kubernetes.io/arch: arm64}"),
  ],
  [
    "KBP507",
    "[R8] [R62]",
    twoPools.replace(
      "us-east-1a]",
      "us-east-1a]}, {key: karpenter.k8s.aws/instance-family, operator: In, values: [m5]",
    ) +
      nodePool("b", requirement("topology.kubernetes.io/zone", "us-east-1b")).replace(
        "}]\n",
        "}, {key: karpenter.k8s.aws/instance-family, operator: In, values: [r5]}]\n",
      ) +
      workload(
        "Deployment",
        "",
        "nodeSelector: {topology.kubernetes.io/zone: us-east-1a, karpenter.k8s.aws/instance-family: r5}",
      ),
    twoPools +
      workload(
        "Deployment",
        "",
        "nodeSelector: {topology.kubernetes.io/zone: us-east-1a, karpenter.k8s.aws/instance-family: m5}",
      ),
  ],
  [
    "KBP508",
    "[R60]",
    pool + workload("Deployment", "", spread("ScheduleAnyway")),
    pool + workload("Deployment", "", spread("DoNotSchedule")),
  ],
  ["KBP510", "[R75]", pool + job(7200), pool + job(600)],
  ["KBP512", "[R75]", annotated("karpenter.sh/do-not-evict: 'yes'"), annotated("karpenter.sh/do-not-evict: 'true'")],
  [
    "KBP512",
    "[R75]",
    pool + annotated("karpenter.sh/do-not-evict: 'true'"),
    pool + annotated("karpenter.sh/do-not-disrupt: 30m"),
  ],
  [
    "KBP512",
    "[R75]",
    workload("Deployment").replace(
      "metadata: {name: web}",
      "metadata: {name: web, annotations: {karpenter.sh/do-not-evict: 'true'}}",
    ),
    workload("Deployment"),
  ],
  [
    "KBP520",
    "[R78] [R79]",
    pool + workload("Deployment", "", "", "requests: {cpu: 1, memory: 1Gi}, limits: {memory: 2Gi}"),
    pool + workload("Deployment", "", "", "requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 1024Mi}"),
  ],
  ["KBP521", "[R80] [R82] [R83]", noRequests, noRequests + limitRange],
  ["KBP521", "[R82]", noRequests, workload("Deployment", "", "", "requests: {cpu: 1}, limits: {memory: 1Gi}")],
  ["KBP522", "[R80]", noRequests, noRequests + limitRange],
  ["KBP525", "[R81]", workload("Deployment", "", init(3)), workload("Deployment", "", init(2))],
])("%s", (rule, tags, broken, clean) => {
  test(`${tags} ${rule} is found once where it is broken`, () => {
    expect(findingsOf(rule, { files: broken })).toHaveLength(1);
  });

  test(`${tags} ${rule} is silent where it only looks broken`, () => {
    expect(findingsOf(rule, { files: clean })).toEqual([]);
  });
});

test("[R59] one replica that an autoscaler raises to two is fine", () => {
  const scaler =
    "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}\n";
  expect(findingsOf("KBP501", { files: workload("Deployment", "paused: false") + scaler })).toEqual([]);
});

test("[R75] KBP510 is a warning for jobs whose pods are not restarted", () => {
  expect(findingsOf("KBP510", { files: pool + job(7200, "restartPolicy: Never") })[0]?.severity).toBe("warning");
});

test("[R82] KBP521 is an error on a pool that consolidates", () => {
  expect(findingsOf("KBP521", { files: pool + noRequests })[0]?.severity).toBe("error");
});

test("[R80] a sidecar and an object without a template do not trip the rules", () => {
  const files = `${workload("Deployment").replace("spec:\n", "")}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec: {template: {spec: {}}}\n`;
  expect(findingsOf("KBP521", { files })).toEqual([]);
});

test("[R61] [R80] what is proposed has a name of its own", () => {
  const other = budget("maxUnavailable: 1").replace("app: web", "app: api");
  expect(findingsOf("KBP503", { files: workload("Deployment") + other })[0]?.edit?.added?.metadata.name).toBe("web-2");
  const range = "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: defaults}\nspec: {limits: []}\n";
  expect(findingsOf("KBP522", { files: noRequests + range })[0]?.edit?.added?.metadata.name).toBe("defaults-2");
});

test("[R62] KBP507 names the key, both sides and the layer", () => {
  const family = (name: string, zone: string) =>
    nodePool(
      name,
      `[{key: karpenter.k8s.aws/instance-family, operator: In, values: [${name}]}, {key: topology.kubernetes.io/zone, operator: In, values: [${zone}]}]`,
    );
  const asking = workload(
    "Deployment",
    "",
    "nodeSelector: {karpenter.k8s.aws/instance-family: r5, topology.kubernetes.io/zone: us-east-1a}",
  );
  expect(
    findingsOf("KBP507", { files: family("m5", "us-east-1a") + family("r5", "us-east-1b") + asking }),
  ).toMatchObject([
    {
      message: "karpenter.k8s.aws/instance-family: pod wants r5, NodePool m5 allows m5",
      evidence: expect.stringMatching(/^layer pool;/),
    },
  ]);
});
