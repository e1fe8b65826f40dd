/** KBP5xx. */
import { budget, nodePool, provisioner, workload } from "../testing.ts";
import { readMetrics } from "../facts/metrics.ts";
import type { RuleExample } from "./example.ts";
import { claim, node, pod } from "./objects.ts";

const pool = nodePool("a", "[]");
const zoneKey = "topology.kubernetes.io/zone";
const spread = (when: string, key = zoneKey) =>
  `topologySpreadConstraints: [{maxSkew: 1, topologyKey: ${key}, whenUnsatisfiable: ${when}}]`;
const zoned = (zone: string) => `nodeSelector: {${zoneKey}: ${zone}}`;
const job = (seconds: number) => workload("Job", `activeDeadlineSeconds: ${seconds}`, "restartPolicy: OnFailure");
const annotated = (text: string) =>
  workload("Deployment").replace("labels: {app: web}", `labels: {app: web}, annotations: {${text}}`);
const sized = (resources: string) => workload("Deployment", "", "", resources);
const limitRange =
  "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, default: {memory: 1Gi}, defaultRequest: {cpu: 1, memory: 1Gi}}]}\n";
const podRange =
  "---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\nspec: {limits: [{type: Container, max: {memory: 8Gi}}]}\n";
const init = (cpu: number, more = "") => `initContainers: [{name: i, resources: {requests: {cpu: ${cpu}}}${more}}]`;
const anti = (strength: string) =>
  `affinity: {podAntiAffinity: {${strength}DuringSchedulingIgnoredDuringExecution: [${strength === "required" ? "{topologyKey: kubernetes.io/hostname}" : "{weight: 1, podAffinityTerm: {topologyKey: kubernetes.io/hostname}}"}]}}`;
const scaler =
  "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {minReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}\n";
const family = (name: string, zone: string) =>
  nodePool(
    name,
    `[{key: karpenter.k8s.aws/instance-family, operator: In, values: [${name}]}, {key: ${zoneKey}, operator: In, values: [${zone}]}]`,
  );
const apart = family("m5", "us-east-1a") + family("r5", "us-east-1b");
const ofFamily = (name: string, zone: string) =>
  workload("Deployment", "", `nodeSelector: {karpenter.k8s.aws/instance-family: ${name}, ${zoneKey}: ${zone}}`);

const now = "2026-06-10T00:00:00Z";
const poolNode = node(
  "n1",
  "karpenter.sh/nodepool: a, node.kubernetes.io/instance-type: c5.large, topology.kubernetes.io/zone: us-east-1a, karpenter.sh/capacity-type: on-demand",
  ', creationTimestamp: "2026-06-01T00:00:00Z"',
);
const drifted = claim(
  "n1",
  'creationTimestamp: "2026-06-01T00:00:00Z"',
  "",
  'nodeName: n1, conditions: [{type: Drifted, status: "True", lastTransitionTime: "2026-06-08T00:00:00Z"}]',
);
const protectedPod = (phase: string) =>
  pod("p", 'annotations: {karpenter.sh/do-not-disrupt: "true"}', `phase: ${phase}`);
const jobPod = (name: string, end: string) =>
  pod(
    name,
    "ownerReferences: [{apiVersion: batch/v1, kind: Job, name: j, controller: true}]",
    end === ""
      ? "phase: Running"
      : `phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {exitCode: 0, finishedAt: "${end}"}}}]`,
  );
const killed = (resources: string) =>
  pod(
    "web",
    "labels: {app: web}",
    "phase: Running, containerStatuses: [{name: c, lastState: {terminated: {reason: OOMKilled}}}]",
    `nodeName: n1, containers: [{name: c, resources: {${resources}}}]`,
  );

/** Cores in use on each of eight days. */
function use(cores: number, name = "web-6d4b75cb6d-abcde") {
  const values = Array.from({ length: 8 }, (_, day) => [day * 86_400, String(cores)]);
  const series = { metric: { namespace: "default", pod: name, container: "web" }, values };
  const read = readMetrics("m.json", { schema: "karpenter.metrics/1", figures: { containerCpu: [series] } });
  if (!read.ok) throw new Error(read.failure);
  return { files: workload("Deployment"), metrics: read.value };
}

export const workloadExamples: readonly RuleExample[] = [
  {
    rule: "KBP501",
    violating: { files: workload("Deployment", "replicas: 1") },
    clean: { files: workload("Deployment") },
    lookalike: { files: workload("Deployment", "replicas: 1") + scaler },
    because: "one replica is written, and an autoscaler keeps two",
  },
  {
    rule: "KBP502",
    violating: { files: workload("Deployment") },
    clean: { files: workload("Deployment", "", spread("DoNotSchedule")) },
    lookalike: { files: workload("Deployment", "", anti("preferred")) },
    because: "no spread constraint, but a preferred anti-affinity over hosts",
  },
  {
    rule: "KBP503",
    violating: { files: workload("Deployment") + budget("maxUnavailable: 1").replace("app: web", "app: api") },
    clean: { files: workload("Deployment") + budget("maxUnavailable: 1") },
    lookalike: { files: workload("Deployment", "replicas: 1") },
    because: "a budget over one replica could only block",
  },
  {
    rule: "KBP504",
    violating: { files: workload("Deployment") + budget("minAvailable: 2") },
    clean: { files: workload("Deployment") + budget("maxUnavailable: 1") },
    lookalike: { files: workload("Deployment", "replicas: 3") + budget("minAvailable: 66%") },
    because: "66 % of three, rounded up, are two: one may go",
  },
  {
    rule: "KBP505",
    violating: { files: pool + workload("Deployment", "", zoned("us-east-1f")) },
    clean: { files: pool + workload("Deployment", "", zoned("us-east-1b")) },
    lookalike: {
      files:
        pool +
        workload(
          "Deployment",
          "",
          `affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: ${zoneKey}, operator: In, values: [us-east-1f]}]}}]}}`,
        ),
    },
    because: "the zone is not served, but only preferred",
  },
  {
    rule: "KBP506",
    violating: {
      files: provisioner("a", "weight: 1") + workload("Deployment", "", "nodeSelector: {kubernetes.io/arch: arm64}"),
    },
    clean: {
      files: provisioner("a", "weight: 1") + workload("Deployment", "", "nodeSelector: {kubernetes.io/arch: amd64}"),
    },
    lookalike: { files: pool + workload("Deployment", "", "nodeSelector: {kubernetes.io/arch: arm64}") },
    because: "a NodePool that names no architecture has both, other than a Provisioner",
  },
  {
    rule: "KBP507",
    violating: { files: apart + ofFamily("r5", "us-east-1a") },
    clean: { files: apart + workload("Deployment") },
    lookalike: { files: apart + ofFamily("m5", "us-east-1a") },
    because: "the first pool lacks r5 and the second this zone, but this pair is one pool's",
  },
  {
    rule: "KBP508",
    violating: { files: pool + workload("Deployment", "", spread("ScheduleAnyway")) },
    clean: { files: pool + workload("Deployment", "", spread("DoNotSchedule")) },
    lookalike: { files: pool + workload("Deployment", "", anti("required")) },
    because: "an anti-affinity, but a required one, which consolidation plans with",
  },
  {
    rule: "KBP510",
    violating: { files: pool + job(7200) },
    clean: { files: pool + job(600) },
    lookalike: {
      files:
        pool +
        job(7200).replace("labels: {app: web}", "labels: {app: web}, annotations: {karpenter.sh/do-not-evict: 'true'}"),
    },
    because: "it is long, and protected by the key of the other era, which KBP512 judges",
  },
  {
    rule: "KBP511",
    violating: { dump: pool + poolNode + drifted + protectedPod("Running"), now },
    clean: { dump: pool + poolNode + protectedPod("Running"), now },
    lookalike: { dump: pool + poolNode + drifted + protectedPod("Succeeded"), now },
    because: "the pod that was protected has ended",
  },
  {
    rule: "KBP512",
    violating: { files: annotated("karpenter.sh/do-not-evict: 'yes'") },
    clean: { files: annotated("karpenter.sh/do-not-evict: 'true'") },
    lookalike: { files: pool + annotated("karpenter.sh/do-not-disrupt: 30m") },
    because: 'not "true", but a duration, which today\'s key takes',
  },
  {
    rule: "KBP513",
    violating: { dump: pool + poolNode + jobPod("j", "2026-06-09T23:00:00Z"), now },
    clean: { dump: pool + poolNode + jobPod("j", ""), now },
    lookalike: { dump: pool + poolNode + jobPod("j", "2026-06-09T23:00:00Z") + jobPod("k", ""), now },
    because: "one job has ended, and another still runs there",
  },
  {
    rule: "KBP520",
    violating: { files: pool + sized("requests: {cpu: 1, memory: 1Gi}, limits: {memory: 2Gi}") },
    clean: { files: pool + sized("requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 1, memory: 1Gi}") },
    lookalike: { files: pool + sized("requests: {cpu: 1, memory: 1Gi}, limits: {cpu: 2, memory: 1024Mi}") },
    because: "the same amount in other units, and cpu does not count",
  },
  {
    rule: "KBP521",
    violating: { files: sized("requests: {cpu: 1}") },
    clean: { files: sized("requests: {cpu: 1, memory: 1Gi}") },
    lookalike: { files: sized("requests: {cpu: 1}, limits: {memory: 1Gi}") },
    because: "a limit without a request is the request",
  },
  {
    rule: "KBP522",
    violating: { files: sized("requests: {cpu: 1}") + podRange },
    clean: { files: sized("requests: {cpu: 1, memory: 1Gi}") },
    lookalike: { files: sized("requests: {cpu: 1}") + limitRange },
    because: "a request is missing, and the namespace has defaults",
  },
  {
    rule: "KBP523",
    violating: use(0.1),
    clean: use(0.6),
    lookalike: use(0.1, "web-admin-6d4b75cb6d-abcde"),
    because: "little use, but of another workload whose name begins alike",
  },
  {
    rule: "KBP524",
    violating: { dump: pool + poolNode + killed("requests: {memory: 1Gi}, limits: {memory: 2Gi}") },
    clean: { dump: pool + poolNode + pod("web", "labels: {app: web}", "phase: Running") },
    lookalike: { dump: pool + poolNode + killed("requests: {memory: 2Gi}, limits: {memory: 2Gi}") },
    because: "it was killed at a limit that it had asked for in full",
  },
  {
    rule: "KBP525",
    violating: { files: workload("Deployment", "", init(3)) },
    clean: { files: workload("Deployment") },
    lookalike: { files: workload("Deployment", "", init(3, ", restartPolicy: Always")) },
    because: "a sidecar: it runs beside the others, and adds to them",
  },
];
