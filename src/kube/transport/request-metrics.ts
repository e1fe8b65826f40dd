import { exponentialBuckets, type MetricsRegistry } from "../../platform/index.ts";

/** One attempt of a call, as metrics see it. */
export interface CallLabels {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string;
}

export interface RequestMetrics {
  /** `code` is the HTTP status, `<error>` when there was no answer. */
  answered(labels: CallLabels, method: string, outcome: { readonly code: string; readonly seconds: number }): void;
  throttled(seconds: number): void;
}

/** The families of spec: operations 1.6 for one server. */
export function createRequestMetrics(metrics: MetricsRegistry, server: string): RequestMetrics {
  const { host } = new URL(server);
  const duration = metrics.histogram({
    name: "client_go_request_duration_seconds",
    help: "Seconds of requests to the API server, by verb, kind and subresource.",
    labels: ["verb", "group", "version", "kind", "subresource"],
    buckets: exponentialBuckets(0.001, 1.5, 20),
  });
  const total = metrics.counter({
    name: "client_go_request_total",
    help: "Requests to the API server, by status code and method.",
    labels: ["code", "method"],
  });
  const rest = metrics.counter({
    name: "rest_client_requests_total",
    help: "HTTP requests, by status code, method and host.",
    labels: ["code", "method", "host"],
  });
  const throttle = metrics.histogram({
    name: "karpenter_kube_client_throttle_seconds",
    help: "Seconds that calls waited for the client's own rate limit.",
    buckets: exponentialBuckets(0.001, 2, 16),
  });
  return Object.freeze({
    answered: (labels: CallLabels, method: string, { code, seconds }: { code: string; seconds: number }) => {
      duration.observe(seconds, { ...labels });
      total.increment({ code, method });
      rest.increment({ code, method, host });
    },
    throttled: (seconds: number) => throttle.observe(seconds),
  });
}
