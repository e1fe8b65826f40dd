/** KBP3xx. */
import { nodePool, provisioner, workload } from "../testing.ts";
import type { RuleExample } from "./example.ts";
import { only, template } from "./objects.ts";

const ref = "providerRef: {name: default}\nlimits: {resources: {cpu: 1}}";
const pool = nodePool("a", "[]");
const gpuTypes = `requirements: ${only("node.kubernetes.io/instance-type", "p3.8xlarge", "p3.16xlarge")}`;
const gpuTaint = "taints: [{key: nvidia.com/gpu, value: 'true', effect: NoSchedule}]";
const gpuPool = provisioner("gpu", `${ref}\n${gpuTypes}\n${gpuTaint}`);
const gpuAsk = "limits: {nvidia.com/gpu: 1}, requests: {cpu: 1, memory: 1Gi}";
const tolerant = "tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]";
const selecting = (labels: string) => workload("Deployment", "", `nodeSelector: {${labels}}`);
/** A workload of a team in a namespace of its own. */
const ofTeam = (team: string, spec = "", resources?: string) =>
  workload("Deployment", "", spec, resources).replace("{name: web}", `{name: web, namespace: ${team}}`);
const onArch = (arch: string) => `nodeSelector: {kubernetes.io/arch: ${arch}}`;

export const poolExamples: readonly RuleExample[] = [
  {
    rule: "KBP301",
    violating: { files: pool + nodePool("b", "[]") },
    clean: { files: pool + nodePool("b", "[]", "weight: 10") },
    lookalike: {
      files: nodePool("a", only("kubernetes.io/arch", "amd64")) + nodePool("b", only("kubernetes.io/arch", "arm64")),
    },
    because: "the same weight and the same families, but no machine has both architectures",
  },
  {
    rule: "KBP302",
    violating: { files: pool + ofTeam("red", onArch("amd64")) + ofTeam("blue", onArch("arm64")) },
    clean: { files: pool + ofTeam("red", onArch("amd64")) + ofTeam("blue", onArch("amd64")) },
    lookalike: {
      files: pool + ofTeam("red", "nodeSelector: {kubernetes.io/os: linux}") + ofTeam("blue", onArch("arm64")),
    },
    because: "two teams with two needs, which one machine meets",
  },
  {
    rule: "KBP303",
    violating: { files: provisioner("gpu", `${ref}\n${gpuTypes}`) },
    clean: { files: gpuPool },
    lookalike: {
      files: provisioner(
        "gpu",
        `${ref}\nrequirements: ${only("node.kubernetes.io/instance-type", "p3.8xlarge", "c5.large")}`,
      ),
    },
    because: "a type with accelerators among others: it is no pool for them",
  },
  {
    rule: "KBP304",
    violating: { files: gpuPool + workload("Deployment", "", "", gpuAsk) },
    clean: { files: gpuPool + workload("Deployment", "", tolerant, gpuAsk) },
    lookalike: { files: gpuPool + provisioner("b", `${ref}\n${gpuTypes}`) + workload("Deployment", "", "", gpuAsk) },
    because: "it tolerates nothing, but one of the two pools has no taint",
  },
  {
    rule: "KBP305",
    violating: { files: gpuPool + workload("Deployment", "", tolerant) },
    clean: { files: gpuPool + workload("Deployment") },
    lookalike: {
      files: gpuPool + pool + workload("Deployment", "", `${tolerant}\nnodeSelector: {karpenter.sh/nodepool: a}`),
    },
    because: "it tolerates the taint, and its selector keeps it away",
  },
  {
    rule: "KBP306",
    violating: { files: provisioner("t", `${ref}\nlabels: {team: red}`) + selecting("team: blue") },
    clean: { files: provisioner("t", `${ref}\nlabels: {team: red}`) + selecting("team: red") },
    lookalike: {
      files: provisioner("t", `${ref}\nrequirements: ${only("team", "red", "blue")}`) + selecting("team: blue"),
    },
    because: "no label of the pool, but one of the values of its requirement",
  },
  {
    rule: "KBP307",
    violating: { files: provisioner("a", ref) },
    clean: { files: provisioner("a", `${ref}\nttlSecondsAfterEmpty: 60`) },
    lookalike: { files: provisioner("a", `${ref}\nconsolidation: {enabled: true}`) },
    because: "no time for empty nodes, but consolidation takes them",
  },
  {
    rule: "KBP308",
    violating: { files: nodePool("a", "[]").replace("requirements: []", "expireAfter: Never\n      requirements: []") },
    clean: { files: provisioner("a", `${ref}\nttlSecondsUntilExpired: 2592000`) },
    lookalike: { files: pool },
    because: "a NodePool that says nothing gets 720 h by default",
  },
  {
    rule: "KBP309",
    violating: { files: provisioner("a", `${ref}\nttlSecondsUntilExpired: 3599`) },
    clean: { files: provisioner("a", `${ref}\nttlSecondsUntilExpired: 2592000\nttlSecondsAfterEmpty: 60`) },
    lookalike: { files: provisioner("a", `${ref}\nttlSecondsUntilExpired: 3600\nttlSecondsAfterEmpty: 15`) },
    because: "as short as is allowed, to the second",
  },
  {
    rule: "KBP310",
    violating: { files: provisioner("a", `${ref}\nttlSecondsAfterEmpty: 30\nconsolidation: {enabled: true}`) },
    clean: { files: provisioner("a", `${ref}\nttlSecondsAfterEmpty: 30`) },
    lookalike: { files: provisioner("a", `${ref}\nttlSecondsAfterEmpty: 30\nconsolidation: {enabled: false}`) },
    because: "both fields are there, and one of them is off",
  },
  {
    rule: "KBP311",
    violating: { files: provisioner("a", "weight: 1") },
    clean: { files: provisioner("a", "providerRef: {name: default}") },
    lookalike: { files: provisioner("a", "provider: {subnetSelector: {a: b}}") },
    because: "no reference, but settings inline, which KBP312 tells",
  },
  {
    rule: "KBP312",
    violating: { files: provisioner("a", "provider: {subnetSelector: {a: b}}") },
    clean: { files: provisioner("a", ref) },
    lookalike: { files: provisioner("a", ref) + template("subnetSelector: {a: b}") },
    because: "the same settings in the template that it names",
  },
];
