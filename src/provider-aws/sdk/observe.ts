import type { MetricsRegistry } from "../../platform/index.ts";

/** As much of a client's middleware as is used here; the same for every client of the SDK. */
interface Stack {
  add(
    middleware: Middleware,
    options: {
      readonly step: "initialize" | "finalizeRequest";
      readonly name: string;
      readonly priority: "high" | "low";
    },
  ): void;
}

type Handler = (args: never) => Promise<unknown>;
type Middleware = (next: never, context: never) => never;

interface Observation {
  readonly service: string;
  readonly metrics: MetricsRegistry | undefined;
}

const durationBuckets = Array.from({ length: 20 }, (_, index) => 0.01 * 1.5 ** index);
const retryBuckets = Array.from({ length: 11 }, (_, index) => index);
const labels = ["service", "action", "code"];

/** The client metrics that dashboards of Karpenter know (spec: aws 1.1). */
function instruments(metrics: MetricsRegistry) {
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    metrics.histogram({ name, help, labels, buckets });
  return {
    requests: metrics.counter({ name: "aws_sdk_go_request_total", help: "AWS calls, by outcome.", labels }),
    seconds: histogram(
      "aws_sdk_go_request_duration_seconds",
      "Duration of AWS calls, retries included.",
      durationBuckets,
    ),
    retries: histogram("aws_sdk_go_request_retry_count", "Retries of AWS calls.", retryBuckets),
    attempts: metrics.counter({ name: "aws_sdk_go_request_attempt_total", help: "Attempts of AWS calls.", labels }),
    attemptSeconds: histogram(
      "aws_sdk_go_request_attempt_duration_seconds",
      "Duration of single attempts of AWS calls.",
      durationBuckets,
    ),
  };
}

interface Outcome {
  readonly code: string;
  readonly retries: number;
}

interface WithMetadata {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly output?: WithMetadata;
  readonly response?: { readonly statusCode?: number };
}

/** HTTP status as text; empty when nothing answered. */
function outcomeOf(value: unknown): Outcome {
  const { $metadata, output, response } = (value ?? {}) as WithMetadata;
  const metadata = $metadata ?? output?.$metadata;
  const status = metadata?.httpStatusCode ?? response?.statusCode;
  return { code: status === undefined ? "" : String(status), retries: Math.max((metadata?.attempts ?? 1) - 1, 0) };
}

/** Counts and times each call of a client, and each attempt of it. Does nothing without a registry. */
export function observeCalls(stack: unknown, { service, metrics }: Observation): void {
  if (metrics === undefined) return;
  const made = instruments(metrics);
  const observed =
    (record: (outcome: Outcome, seconds: number, action: string) => void) =>
    (next: Handler, { commandName = "" }: { readonly commandName?: string }) =>
    async (args: never): Promise<unknown> => {
      const started = performance.now();
      const done = (value: unknown): void =>
        record(outcomeOf(value), (performance.now() - started) / 1000, commandName.replace(/Command$/, ""));
      try {
        const answer = await next(args);
        done(answer);
        return answer;
      } catch (error) {
        done(error);
        throw error;
      }
    };
  const calls = observed(({ code, retries }, seconds, action) => {
    made.requests.increment({ service, action, code });
    made.seconds.observe(seconds, { service, action, code });
    made.retries.observe(retries, { service, action, code });
  });
  const attempts = observed(({ code }, seconds, action) => {
    made.attempts.increment({ service, action, code });
    made.attemptSeconds.observe(seconds, { service, action, code });
  });
  const target = stack as Stack;
  target.add(calls as unknown as Middleware, { step: "initialize", name: "callMetrics", priority: "high" });
  target.add(attempts as unknown as Middleware, { step: "finalizeRequest", name: "attemptMetrics", priority: "low" });
}
