import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { MetricsRegistry } from "../../platform/index.ts";

/** Services that the provider talks to; names of `endpoints`. */
export type AwsServiceName =
  | "ec2"
  | "ssm"
  | "sqs"
  | "iam"
  | "eks"
  | "pricing"
  | "zonalShift"
  // Of the advisor's look at an account alone.
  | "events"
  | "autoScaling"
  | "logs"
  | "cloudWatch"
  | "costExplorer"
  | "budgets";

export interface AwsClientOptions {
  /** Found out by `discoverRegion` when nobody states it. */
  readonly region: string;
  /** Of this product; goes into the user agent. */
  readonly version: string;
  /**
   * URLs that stand in for AWS' own, by service: tests, and private networks with names of their own. The SDK heeds
   * AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> besides.
   */
  readonly endpoints?: Partial<Readonly<Record<AwsServiceName, string>>>;
  /** The default chain of the SDK when absent: environment, web identity, container, instance. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly metrics?: MetricsRegistry;
  /** Adds the client of ARC's zonal shifts. */
  readonly zonalShift?: boolean;
}

/** Above the 20 s of a long poll (spec: aws 1.1). */
const requestTimeoutMilliseconds = 240_000;
const connectionTimeoutMilliseconds = 5_000;
const attempts = 3;

type SharedConfig = Pick<
  EC2ClientConfig,
  "region" | "credentials" | "endpoint" | "maxAttempts" | "retryMode" | "customUserAgent" | "requestHandler"
>;

/** Settings of one client: retries in the SDK's standard mode with its token bucket, time-outs, user agent. */
export function clientConfig(
  options: AwsClientOptions,
  service: AwsServiceName,
  own: { readonly region?: string; readonly maxAttempts?: number } = {},
): SharedConfig {
  const endpoint = options.endpoints?.[service];
  return {
    region: own.region ?? options.region,
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
    retryMode: "standard",
    maxAttempts: own.maxAttempts ?? attempts,
    customUserAgent: `karpenter.sh-${options.version}`,
    requestHandler: {
      requestTimeout: requestTimeoutMilliseconds,
      throwOnRequestTimeout: true,
      connectionTimeout: connectionTimeoutMilliseconds,
      httpsAgent: { keepAlive: true, maxSockets: 200 },
      httpAgent: { keepAlive: true, maxSockets: 200 },
    },
  };
}

/** The Price List has few homes (spec: aws 1.1). */
export function pricingRegion(region: string): string {
  if (region.startsWith("ap-")) return "ap-south-1";
  if (region.startsWith("cn-")) return "cn-northwest-1";
  return region.startsWith("eu-") ? "eu-central-1" : "us-east-1";
}
