import { defaultFeatureGates, type FeatureGates, featureGates, resolveFeatureGates } from "../api/index.ts";
import { failed, ok, type Result } from "../core/index.ts";
import { nearestWord } from "../legacy/index.ts";
import {
  booleanValue,
  durationValue,
  gatesValue,
  integerValue,
  oneOf,
  optionalShareValue,
  shareValue,
  textListValue,
  textValue,
} from "./option-values.ts";
import { parseClusterLimits } from "./cluster-limits.ts";
import { dashboardContradictions, dashboardOptionSchema } from "./dashboard-options.ts";
import { eraOptionSchema } from "./era-options.ts";
import type { OperatorMode } from "./modes.ts";
import { option, type OptionDefinition } from "./option-definition.ts";
import { parseSchedulerConfig } from "./scheduler-config.ts";

/** The lease that Karpenter takes too, so that never both act. */
const karpenterLease = "karpenter-leader-election";

const port = integerValue({ min: 0, max: 65_535 });

/** The schema of all options, in the order in which help prints them. */
export const optionSchema = Object.freeze({
  mode: {
    ...option(
      "mode",
      oneOf("apply", "consolidate", "plan", "observe"),
      "apply",
      "apply, consolidate (only pools handed over), plan (writes events and its status) or observe (writes nothing)",
    ),
    // MODE alone is what many tools set for themselves, and an observer must not begin to act by accident, nor the reverse.
    env: "KARPENTER_MODE",
  },
  karpenterService: option("karpenter-service", textValue, "", "name of the Service in front of this process"),
  metricsPort: option("metrics-port", port, 8080, "port of /metrics and /decisions, 0 for a free one"),
  healthProbePort: option("health-probe-port", port, 8081, "port of /healthz and /readyz, 0 for a free one"),
  kubeClientQps: option("kube-client-qps", integerValue({ min: 1 }), 200, "API requests a second"),
  kubeClientBurst: option("kube-client-burst", integerValue({ min: 1 }), 300, "API requests at once"),
  enableProfiling: option("enable-profiling", booleanValue, false, "serve profiles on the metrics port"),
  disableLeaderElection: option("disable-leader-election", booleanValue, false, "run without a lease"),
  disableControllerWarmup: option("disable-controller-warmup", booleanValue, true, "followers start no controller"),
  disableClusterStateObservability: option(
    "disable-cluster-state-observability",
    booleanValue,
    false,
    "turn off metrics of single pods, pools and nodes",
  ),
  leaderElectionName: option("leader-election-name", textValue, karpenterLease, "name of the Lease"),
  leaderElectionNamespace: option(
    "leader-election-namespace",
    textValue,
    "",
    "namespace of the Lease, empty for our own",
  ),
  ...dashboardOptionSchema,
  metricsTokenFile: option(
    "metrics-token-file",
    textValue,
    "",
    "file with the bearer token that the metrics port asks for, read at each request; empty for none",
  ),
  decisionLogPath: option(
    "decision-log-path",
    textValue,
    "",
    "file that each decision is appended to as a line of JSON, empty for none",
  ),
  memoryLimit: option("memory-limit", integerValue({ min: -1 }), -1, "memory limit in bytes, -1 for none"),
  cpuRequests: option(
    "cpu-requests",
    integerValue({ min: Number.MIN_SAFE_INTEGER }),
    1000,
    "CPU request in millicores",
  ),
  logLevel: option("log-level", oneOf("", "debug", "info", "error"), "info", "debug, info or error"),
  logOutputPaths: option("log-output-paths", textListValue, ["stdout"], "where logs go: stdout, stderr or files"),
  logErrorOutputPaths: option("log-error-output-paths", textListValue, ["stderr"], "where errors of the log itself go"),
  batchMaxMilliseconds: option("batch-max-duration", durationValue(0), 10_000, "longest batching window"),
  batchIdleMilliseconds: option("batch-idle-duration", durationValue(0), 1_000, "quiet time that ends the window"),
  preferencePolicy: option(
    "preference-policy",
    oneOf("Respect", "Ignore"),
    "Respect",
    "Respect or Ignore preferences of pods",
  ),
  minValuesPolicy: option(
    "min-values-policy",
    oneOf("Strict", "BestEffort"),
    "Strict",
    "Strict or BestEffort minValues",
  ),
  ignoreDraRequests: option("ignore-dra-requests", booleanValue, true, "refuse pods with resource claims"),
  nominatePods: option(
    "nominate-pods",
    booleanValue,
    true,
    "tell the scheduler which pods a new node is for (status.nominatedNodeName)",
  ),
  burstable: option(
    "burstable",
    oneOf("allow", "avoid"),
    "allow",
    "whether consolidation may buy burstable machines for pools that do not name them: allow or avoid",
  ),
  policy: option(
    "policy",
    oneOf("cheapest", "compatible"),
    "cheapest",
    "how machines are chosen and nodes consolidated: cheapest, or compatible with upstream to the letter",
  ),
  spotChoice: option(
    "spot-choice",
    oneOf("types", "risk"),
    "types",
    "what spot for spot asks for (gate SpotToSpotConsolidation): 15 cheaper types, or a saving worth its risk",
  ),
  preferencePrice: option(
    "preference-price",
    optionalShareValue,
    undefined,
    "USD an hour that consolidation must save for each pod of which a preference yields; empty for never",
  ),
  clusterLimits: option(
    "cluster-limits",
    textValue,
    "",
    "YAML or JSON list of limits over several pools: name, nodePoolSelector, limits, pricePerHour",
  ),
  featureGates: option("feature-gates", gatesValue("core"), "", "Name=true|false,..."),
  awsFeatureGates: option("aws-feature-gates", gatesValue("aws"), "", "Name=true|false,..."),
  clusterName: option("cluster-name", textValue, "", "name of the cluster, as in the tags of its machines"),
  clusterEndpoint: option("cluster-endpoint", textValue, "", "URL that nodes reach the API server at"),
  clusterCaBundle: option("cluster-ca-bundle", textValue, "", "base64 of the API server's CA for user data"),
  isolatedVpc: option("isolated-vpc", booleanValue, false, "no pricing API and no instance profile clean-up"),
  eksControlPlane: option("eks-control-plane", booleanValue, false, "ask EKS for the Kubernetes version"),
  vmMemoryOverheadPercent: option(
    "vm-memory-overhead-percent",
    shareValue,
    0.075,
    "share of memory lost to the hypervisor",
  ),
  interruptionQueue: option("interruption-queue", textValue, "", "name of the SQS queue with interruption notices"),
  reservedEnis: option("reserved-enis", integerValue({ min: 0 }), 0, "network interfaces left out of the pod count"),
  disableDryRun: option("disable-dry-run", booleanValue, false, "skip the dry runs of node class validation"),
  enableZonalShift: option("enable-zonal-shift", booleanValue, false, "heed ARC zonal shifts"),
  amiRefreshMilliseconds: option(
    "ami-refresh-interval",
    durationValue(60_000),
    60_000,
    "how often images are resolved",
  ),
  subnetRefreshMilliseconds: option(
    "subnet-refresh-interval",
    durationValue(60_000),
    60_000,
    "how often subnets are resolved",
  ),
  schedulerConfig: option(
    "scheduler-config",
    textValue,
    "",
    "YAML or JSON document with podTopologySpread.defaultConstraints",
  ),
  planningThread: option(
    "planning-thread",
    booleanValue,
    false,
    "plan on a thread of its own; takes the memory of a second picture",
  ),
  instanceTypesFilePath: option(
    "instance-types-file-path",
    textValue,
    "",
    "JSON file of the types that kwok offers, empty for the generic ones",
  ),
  ...eraOptionSchema,
});

type Schema = typeof optionSchema;
type Widen<T> = T extends boolean ? boolean : T;

type Values = {
  readonly [Key in Exclude<keyof Schema, "featureGates" | "awsFeatureGates">]: Schema[Key] extends OptionDefinition<
    infer T
  >
    ? Widen<T>
    : never;
};

/** Everything an operator can be told, read once; durations in milliseconds. */
export type OperatorOptions = Values & { readonly featureGates: FeatureGates };

export interface OptionsRefusal {
  /** One line per bad option, each with the value found, where it came from and what was expected. */
  readonly errors: readonly string[];
}

export interface ParsedOptions {
  readonly options: OperatorOptions;
  /** Things to say once at start: retired variables, unknown gates. */
  readonly warnings: readonly string[];
}

type Text = string | undefined;

/**
 * Reads flags (`{"batch-idle-duration": "2s"}`, without dashes), then environment, then defaults. All refusals are
 * collected and given together. An environment variable that is empty counts as unset.
 */
export function parseOptions(
  flags: Readonly<Record<string, Text>>,
  env: Readonly<Record<string, Text>>,
): Result<ParsedOptions, OptionsRefusal> {
  const errors: string[] = [];
  const read = <T>({ flag, env: variable, value, fallback }: OptionDefinition<T>): T => {
    const fromFlag = flags[flag];
    const fromEnv = env[variable] === "" ? undefined : env[variable];
    const text = fromFlag ?? fromEnv;
    if (text === undefined) return fallback;
    const result = value.read(text);
    if (result.ok) return result.value;
    errors.push(`${fromFlag === undefined ? variable : `--${flag}`} is "${text}", expected ${value.expected}`);
    return fallback;
  };
  const values = Object.fromEntries(
    Object.entries(optionSchema).map(([key, definition]) => [key, read(definition as OptionDefinition<unknown>)]),
  ) as unknown as { readonly [Key in keyof Schema]: Schema[Key] extends OptionDefinition<infer T> ? T : never };
  errors.push(...findContradictions(values));
  if (errors.length > 0) return failed({ errors });
  const { featureGates: core, awsFeatureGates: aws, ...plain } = values;
  const gates = readGates({ core, aws });
  return ok({
    options: { ...plain, logLevel: values.logLevel === "" ? "info" : values.logLevel, featureGates: gates.gates },
    warnings: [...gates.warnings, ...findRetiredVariables(env)],
  });
}

function findContradictions(
  values: {
    readonly mode: OperatorMode;
    readonly leaderElectionName: string;
    readonly batchIdleMilliseconds: number;
    readonly batchMaxMilliseconds: number;
    readonly clusterEndpoint: string;
    readonly schedulerConfig: string;
    readonly clusterLimits: string;
    readonly ignoreDraRequests: boolean;
  } & Parameters<typeof dashboardContradictions>[0],
): readonly string[] {
  const errors: string[] = [...dashboardContradictions(values)];
  if (!values.ignoreDraRequests) {
    errors.push("--ignore-dra-requests is false, expected true: plans for pods with resource claims are not served");
  }
  if (values.mode === "consolidate" && values.leaderElectionName === karpenterLease) {
    errors.push(
      `--leader-election-name is "${karpenterLease}" with --mode consolidate, expected another: the controller that does the rest holds that lease`,
    );
  }
  if (values.batchIdleMilliseconds > values.batchMaxMilliseconds) {
    errors.push("--batch-idle-duration is longer than --batch-max-duration, expected at most as long");
  }
  if (values.clusterEndpoint !== "" && !URL.canParse(values.clusterEndpoint)) {
    errors.push(`--cluster-endpoint is "${values.clusterEndpoint}", expected an absolute URL`);
  }
  const config = parseSchedulerConfig(values.schedulerConfig);
  if (!config.ok) errors.push(...config.failure.map((fault) => `--scheduler-config: ${fault}`));
  const limits = parseClusterLimits(values.clusterLimits);
  if (!limits.ok) errors.push(...limits.failure.map((fault) => `--cluster-limits: ${fault}`));
  return errors;
}

function readGates(texts: { readonly core: string; readonly aws: string }): {
  readonly gates: FeatureGates;
  readonly warnings: readonly string[];
} {
  const outcome = resolveFeatureGates(texts);
  const mentioned = [...texts.core.split(","), ...texts.aws.split(",")].map((part) => part.split("=")[0]?.trim() ?? "");
  const unknown = mentioned.filter((name) => name !== "" && !featureGates.some((gate) => gate.name === name));
  return {
    // Text that cannot be read was refused with the other options.
    gates: outcome.ok ? outcome.gates : defaultFeatureGates,
    warnings: unknown.map((name) => `feature gate ${name} is not known and has no effect${nearestGate(name)}`),
  };
}

function nearestGate(name: string): string {
  const meant = nearestWord(
    name,
    featureGates.map((gate) => gate.name),
  );
  return meant === undefined ? "" : `; is ${meant} meant?`;
}

/** Settings of v0.31 under their old names (spec: operations 3.3). */
const retiredVariables = Object.freeze([
  "AWS_CLUSTER_NAME",
  "AWS_CLUSTER_ENDPOINT",
  "AWS_CLUSTER_CA_BUNDLE",
  "AWS_ISOLATED_VPC",
  "AWS_VM_MEMORY_OVERHEAD_PERCENT",
  "AWS_INTERRUPTION_QUEUE_NAME",
  "AWS_RESERVED_ENIS",
  "AWS_ENABLE_POD_ENI",
  "AWS_DEFAULT_INSTANCE_PROFILE",
]);

const findRetiredVariables = (env: Readonly<Record<string, Text>>): readonly string[] =>
  retiredVariables
    .filter((name) => (env[name] ?? "") !== "")
    .map((name) => `environment variable ${name} is no longer read; its successor is the option without AWS_`);

/** What holds when nothing is said. */
export const defaultOptions: OperatorOptions = Object.freeze(
  (() => {
    const parsed = parseOptions({}, {});
    if (!parsed.ok)
      throw new Error(`the defaults of the options contradict themselves: ${parsed.failure.errors.join("; ")}`);
    return parsed.value.options;
  })(),
);
