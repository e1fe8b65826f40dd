import type { Clock, Counter, Histogram, MetricsRegistry } from "../../platform/index.ts";
import type { CloudProvider, LaunchFailure } from "../cloud-provider.ts";
import type { Result } from "../../core/index.ts";

/** Prometheus' default buckets, in seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface MeasureOptions {
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  /** Who calls: the `controller` label. */
  readonly controller: string;
}

/** Counts and times every call of a provider (spec: operations 1.2, `cloudprovider_*`). */
export function measureCloudProvider(provider: CloudProvider, options: MeasureOptions): CloudProvider {
  const instruments = createInstruments(options.metrics);
  const measured = <T>(
    method: string,
    call: () => Promise<T>,
    errorOf?: (outcome: T) => string | undefined,
  ): Promise<T> => measure({ ...options, ...instruments, provider: provider.name, method }, call, errorOf);
  return {
    name: provider.name,
    nodeClassTypes: provider.nodeClassTypes,
    repairPolicies: provider.repairPolicies,
    create: (claim, call) => measured("Create", () => provider.create(claim, call), launchErrorOf),
    delete: (claim, call) => measured("Delete", () => provider.delete(claim, call), missingErrorOf),
    get: (id, call) => measured("Get", () => provider.get(id, call), missingErrorOf),
    list: (call) => measured("List", () => provider.list(call)),
    instanceTypes: (pool, call) =>
      measured(
        "GetInstanceTypes",
        () => provider.instanceTypes(pool, call),
        (outcome) => (outcome.ok ? undefined : ""),
      ),
    driftReason: (claim, call) => measured("IsDrifted", () => provider.driftReason(claim, call)),
  };
}

interface Instruments {
  readonly seconds: Histogram;
  readonly errors: Counter;
}

function createInstruments(metrics: MetricsRegistry): Instruments {
  const labels = ["controller", "method", "provider"];
  return {
    seconds: metrics.histogram({
      name: "karpenter_cloudprovider_duration_seconds",
      help: "Duration of cloud provider method calls",
      labels,
      buckets,
    }),
    errors: metrics.counter({
      name: "karpenter_cloudprovider_errors_total",
      help: "Errors returned by cloud provider method calls",
      labels: [...labels, "error"],
    }),
  };
}

async function measure<T>(
  context: MeasureOptions & Instruments & { readonly provider: string; readonly method: string },
  call: () => Promise<T>,
  errorOf: ((outcome: T) => string | undefined) | undefined,
): Promise<T> {
  const { clock, controller, provider, method } = context;
  const labels = { controller, method, provider };
  const start = clock.monotonic();
  try {
    const outcome = await call();
    const error = errorOf?.(outcome);
    if (error !== undefined) context.errors.increment({ ...labels, error });
    return outcome;
  } catch (error) {
    context.errors.increment({ ...labels, error: "" });
    throw error;
  } finally {
    context.seconds.observe((clock.monotonic() - start) / 1000, labels);
  }
}

const launchErrors: Readonly<Record<LaunchFailure["kind"], string>> = {
  "insufficient-capacity": "InsufficientCapacityError",
  "class-not-ready": "NodeClassNotReadyError",
  "create-failed": "",
};

const launchErrorOf = (outcome: Result<unknown, LaunchFailure>): string | undefined =>
  outcome.ok ? undefined : launchErrors[outcome.failure.kind];

const missingErrorOf = (outcome: Result<unknown, unknown>): string | undefined =>
  outcome.ok ? undefined : "NodeClaimNotFoundError";
