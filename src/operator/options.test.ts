import { describe, expect, test } from "vitest";
import { defaultOptions, optionSchema, parseOptions } from "./options.ts";

const clusterLimits = JSON.stringify([{ name: "all", limits: { cpu: "1000" }, pricePerHour: 100 }]);
const spreadConfig = JSON.stringify({
  podTopologySpread: {
    defaultConstraints: [
      { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
    ],
  },
});

const valueOf = (flags: Record<string, string>, env: Record<string, string> = {}) => {
  const parsed = parseOptions(flags, env);
  if (!parsed.ok) throw new Error(parsed.failure.errors.join("\n"));
  return parsed.value.options;
};
const errorsOf = (flags: Record<string, string>, env: Record<string, string> = {}): readonly string[] => {
  const parsed = parseOptions(flags, env);
  return parsed.ok ? [] : parsed.failure.errors;
};

describe("options", () => {
  // One readable text for each, other than the default.
  const samples: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
    mode: ["observe", "observe"],
    "karpenter-service": ["karpenter", "karpenter"],
    "metrics-port": ["9090", 9090],
    "health-probe-port": ["0", 0],
    "kube-client-qps": ["50", 50],
    "kube-client-burst": ["75", 75],
    "enable-profiling": ["true", true],
    "disable-leader-election": ["true", true],
    "disable-controller-warmup": ["false", false],
    "disable-cluster-state-observability": ["true", true],
    "leader-election-name": ["mine", "mine"],
    "leader-election-namespace": ["ops", "ops"],
    "dashboard-port": ["8090", 8_090],
    "dashboard-host": ["localhost", "localhost"],
    "dashboard-token-file": ["/run/token", "/run/token"],
    "dashboard-path-prefix": ["/karpenter/", "/karpenter/"],
    "metrics-token-file": ["/run/token", "/run/token"],
    "decision-log-path": ["decisions.jsonl", "decisions.jsonl"],
    "memory-limit": ["1073741824", 1_073_741_824],
    "cpu-requests": ["2500", 2_500],
    "log-level": ["debug", "debug"],
    "log-output-paths": ["stdout, /var/log/k.log", ["stdout", "/var/log/k.log"]],
    "log-error-output-paths": ["stdout", ["stdout"]],
    "batch-max-duration": ["1m30s", 90_000],
    "batch-idle-duration": ["500ms", 500],
    "preference-policy": ["Ignore", "Ignore"],
    "min-values-policy": ["BestEffort", "BestEffort"],
    burstable: ["avoid", "avoid"],
    "nominate-pods": ["false", false],
    policy: ["compatible", "compatible"],
    "spot-choice": ["risk", "risk"],
    "preference-price": ["0.05", 0.05],
    "cluster-limits": [clusterLimits, clusterLimits],
    "planning-thread": ["true", true],
    "cluster-name": ["prod", "prod"],
    "cluster-endpoint": ["https://x.eks.amazonaws.com", "https://x.eks.amazonaws.com"],
    "cluster-ca-bundle": ["Zm9v", "Zm9v"],
    "isolated-vpc": ["true", true],
    "eks-control-plane": ["true", true],
    "vm-memory-overhead-percent": ["0.1", 0.1],
    "interruption-queue": ["queue", "queue"],
    "reserved-enis": ["1", 1],
    "disable-dry-run": ["true", true],
    "enable-zonal-shift": ["true", true],
    "ami-refresh-interval": ["2m", 120_000],
    "subnet-refresh-interval": ["5m", 300_000],
    "scheduler-config": [spreadConfig, spreadConfig],
    "instance-types-file-path": ["types.json", "types.json"],
    "disable-webhook": ["false", false],
    "webhook-port": ["9443", 9443],
    "instance-defaults": ["all", "all"],
    "provider-validation": ["strict", "strict"],
    "log-compat": ["founding", "founding"],
    "legacy-do-not-evict-blocks-drain": ["true", true],
  };
  // One has a single value that is served; it is tested with the refusals.
  const plain = Object.entries(optionSchema).filter(
    ([key]) => !key.endsWith("eatureGates") && key !== "ignoreDraRequests",
  );

  test("[ops 9.2.12] every option has a sample here", () => {
    expect(plain.map(([, { flag }]) => flag).sort()).toEqual(Object.keys(samples).sort());
  });

  test.each(plain.map(([key, { flag, env }]) => [flag, env, key] as const))(
    "[ops 9.2.12] --%s beats %s, which beats the default",
    (flag, env, key) => {
      const [text, value] = samples[flag] ?? ["", undefined];
      const read = (options: object): unknown => (options as Record<string, unknown>)[key];
      expect(read(valueOf({}, { [env]: text }))).toEqual(value);
      expect(read(valueOf({ [flag]: text }))).toEqual(value);
      expect(read(valueOf({ [flag]: text }, { [env]: "never read" }))).toEqual(value);
      expect(read(defaultOptions)).not.toEqual(value);
    },
  );

  test("[ops 9.2.13] all refusals come together, each with what was found and what was expected", () => {
    expect(
      errorsOf({ "metrics-port": "70000", "log-level": "loud" }, { BATCH_MAX_DURATION: "ten", RESERVED_ENIS: "-1" }),
    ).toEqual([
      '--metrics-port is "70000", expected a whole number from 0 to 65535',
      '--log-level is "loud", expected nothing, debug, info, error',
      'BATCH_MAX_DURATION is "ten", expected a duration such as 10s or 500ms',
      'RESERVED_ENIS is "-1", expected a whole number of at least 0',
    ]);
  });

  test.each([
    ["the idle time is longer than the longest window", { "batch-idle-duration": "20s" }],
    ["the endpoint is no URL", { "cluster-endpoint": "example" }],
    ["images are resolved more often than once a minute", { "ami-refresh-interval": "10s" }],
    [
      "the scheduler configuration has an unknown field",
      { "scheduler-config": '{"podTopologySpread":{"constraints":[]}}' },
    ],
    ["a dashboard that others reach without a token", { "dashboard-port": "8090", "dashboard-host": "0.0.0.0" }],
    ["a prefix that is no path", { "dashboard-path-prefix": "karpenter" }],
    ["a port that is no number", { "health-probe-port": "http" }],
    ["plans for resource claims, which are not served", { "ignore-dra-requests": "false" }],
  ])("[ops 9.2.13] refused: %s", (_title, flags) => {
    expect(errorsOf(flags as unknown as Record<string, string>)).toHaveLength(1);
  });

  test("[scheduling Q222] a scheduler configuration may be JSON or YAML, and what is wrong with it stops the start", () => {
    const yaml =
      "podTopologySpread:\n  defaultConstraints:\n    - {maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}\n";
    expect(errorsOf({ "scheduler-config": spreadConfig })).toEqual([]);
    expect(errorsOf({ "scheduler-config": yaml })).toEqual([
      "--scheduler-config: podTopologySpread.defaultConstraints[0].maxSkew: must be an integer above 0, got 0",
    ]);
    expect(errorsOf({ "scheduler-config": "a: [" })[0]).toContain("--scheduler-config: is no YAML");
  });

  test("[ops 9.2.14] an unknown gate is told and ignored, one that cannot be read stops the start", () => {
    const parsed = parseOptions({ "feature-gates": "NodeRepair=true,Nonsense=true" }, {});
    expect(parsed.ok && parsed.value.options.featureGates["NodeRepair"]).toBe(true);
    expect(parsed.ok && parsed.value.warnings).toEqual(["feature gate Nonsense is not known and has no effect"]);
    expect(errorsOf({ "feature-gates": "NodeRepair" })).toHaveLength(1);
  });

  test("[ops 9.2.14] an unknown gate that is nearly a known one is told with it", () => {
    const parsed = parseOptions({ "feature-gates": "NodeRepairs=true,SpotToSpotConsolidtion=true" }, {});
    expect(parsed.ok && parsed.value.warnings).toEqual([
      "feature gate NodeRepairs is not known and has no effect; is NodeRepair meant?",
      "feature gate SpotToSpotConsolidtion is not known and has no effect; is SpotToSpotConsolidation meant?",
    ]);
  });

  test.each(["1", "t", "TRUE", "yes", "0"])("[ops 9.2.15] a boolean must be true or false, not %s", (text) => {
    expect(errorsOf({}, { ISOLATED_VPC: text })).toEqual([`ISOLATED_VPC is "${text}", expected true or false`]);
  });

  test("variables of v0.31 are named at start", () => {
    const parsed = parseOptions({}, { AWS_CLUSTER_NAME: "old" });
    expect(parsed.ok && parsed.value.warnings[0]).toContain("AWS_CLUSTER_NAME is no longer read");
  });

  test("an empty variable counts as unset", () => {
    expect(valueOf({}, { METRICS_PORT: "" }).metricsPort).toBe(8080);
  });
});
