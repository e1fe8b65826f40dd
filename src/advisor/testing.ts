/** For tests of this room: findings of one rule over a text, with a few machine types in sight. */
import { awsLabels, awsResourceNames, capacityTypes, labels } from "../api/index.ts";
import { type InstanceType, requirementIn, requirementsOf } from "../core/index.ts";
import { joinManifests, parseManifests } from "../manifests/index.ts";
import type { AccountFacts } from "./facts/account.ts";
import type { AdvisorInput } from "./facts/facts.ts";
import type { MetricsFacts } from "./facts/metrics.ts";
import type { Thresholds } from "./facts/thresholds.ts";
import type { Finding, RuleOutcome } from "./model/rule.ts";
import { allRules } from "./registry/all-rules.ts";
import { type Advice, type AdviceOptions, advise } from "./run/advise.ts";

interface TypeOptions {
  readonly vcpu: number;
  readonly gib: number;
  readonly arch?: string;
  readonly gpus?: number;
}

const zones: readonly string[] = ["us-east-1a", "us-east-1b"];

export function machineType(name: string, { vcpu, gib, arch = "amd64", gpus = 0 }: TypeOptions): InstanceType {
  const [family = "", size = ""] = name.split(".");
  const offering = (zone: string, capacityType: string) => ({
    zone,
    capacityType,
    requirements: requirementsOf([requirementIn(labels.zone, zone), requirementIn(labels.capacityType, capacityType)]),
    price: 1,
    available: true,
  });
  return {
    name,
    requirements: requirementsOf([
      requirementIn(labels.instanceType, name),
      requirementIn(labels.arch, arch),
      requirementIn(labels.os, "linux"),
      requirementIn(labels.zone, ...zones),
      requirementIn(labels.capacityType, capacityTypes.spot, capacityTypes.onDemand),
      requirementIn(awsLabels.instanceFamily, family),
      requirementIn(awsLabels.instanceCategory, family.replace(/\d.*/, "")),
      requirementIn(awsLabels.instanceGeneration, /\d+/.exec(family)?.[0] ?? "1"),
      requirementIn(awsLabels.instanceSize, size),
      requirementIn(awsLabels.instanceCpu, String(vcpu)),
    ]),
    capacity: {
      cpu: vcpu * 1000,
      memory: gib * 2 ** 30,
      pods: 50,
      ...(gpus === 0 ? {} : { [awsResourceNames.nvidiaGpu]: gpus }),
    },
    overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
    offerings: zones.flatMap((zone) => [offering(zone, capacityTypes.spot), offering(zone, capacityTypes.onDemand)]),
  };
}

export const machineTypes: readonly InstanceType[] = [
  ...["c5", "m5", "r5"].flatMap((family) => [
    machineType(`${family}.large`, { vcpu: 2, gib: 8 }),
    machineType(`${family}.16xlarge`, { vcpu: 64, gib: 256 }),
  ]),
  machineType("m6g.16xlarge", { vcpu: 64, gib: 256, arch: "arm64" }),
  machineType("p3.8xlarge", { vcpu: 32, gib: 244, gpus: 4 }),
  machineType("p3.16xlarge", { vcpu: 64, gib: 488, gpus: 8 }),
];

export interface Given {
  readonly files?: string;
  readonly dump?: string;
  readonly log?: string;
  readonly account?: AccountFacts;
  /** The figures of `readMetrics`. */
  readonly metrics?: MetricsFacts;
  readonly thresholds?: Partial<Thresholds>;
  /** When the dump was taken. */
  readonly now?: string;
}

export function inputOf({ files, dump, log, now, account, metrics, thresholds }: Given): AdvisorInput {
  const parsed = (name: string, text: string) => joinManifests([parseManifests(name, text)]);
  return {
    ...(files === undefined ? {} : { manifests: parsed("a.yaml", files), texts: new Map([["a.yaml", files]]) }),
    ...(dump === undefined ? {} : { cluster: parsed("dump.yaml", dump) }),
    ...(account === undefined ? {} : { account }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(now === undefined ? {} : { now: Date.parse(now) }),
    ...(log === undefined ? {} : { logs: [{ file: "a.log", text: log }] }),
    types: machineTypes,
    region: "us-east-1",
  };
}

export const adviceOn = (given: Given, options: AdviceOptions = {}): Advice =>
  advise(inputOf(given), allRules, options);

/** `error spec.limits: message` of each finding of the rule. */
export const findingsOf = (rule: string, given: Given): readonly Finding[] =>
  adviceOn(given).findings.filter((finding) => finding.rule === rule);

export const stateOf = (rule: string, given: Given): string | undefined =>
  adviceOn(given).rules.find((outcome) => outcome.rule === rule)?.state;

const indented = (text: string, by: number): string =>
  text
    .trim()
    .split("\n")
    .map((line) => `${" ".repeat(by)}${line}`)
    .join("\n");

/** A Provisioner with these lines in its spec. */
export const provisioner = (name: string, spec: string): string =>
  `---\napiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: ${name}}\nspec:\n${indented(spec, 2)}\n`;

/** A NodePool with these requirements (a flow list), and lines in its spec. */
export const nodePool = (
  name: string,
  requirements: string,
  spec = "limits: {cpu: 10, memory: 10Gi}",
  taints = "[]",
): string =>
  `---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: ${name}}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements: ${requirements}
      taints: ${taints}
${indented(spec, 2)}
`;

/** A workload whose pods have these lines in their spec, beside one container with requests equal to limits. */
export const workload = (
  kind: string,
  spec = "",
  pod = "",
  resources = "requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}",
): string =>
  `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: web}
spec:
${indented(spec === "" ? "replicas: 2" : spec, 2)}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: web, resources: {${resources}}}]
${pod === "" ? "" : indented(pod, 6)}
`;

/** A PodDisruptionBudget over those pods. */
export const budget = (spec: string, name = "web"): string =>
  `---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: ${name}}\nspec: {selector: {matchLabels: {app: web}}, ${spec}}\n`;

export const outcomeOf = (rule: string, given: Given): RuleOutcome | undefined =>
  adviceOn(given).rules.find((outcome) => outcome.rule === rule);

export const settingsMap = (data: string): string =>
  `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: karpenter-global-settings, namespace: karpenter}\ndata: ${data}\n`;
