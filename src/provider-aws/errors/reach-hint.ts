import { controllerEndpoints } from "../policy/endpoints.ts";

/** What a connection that failed is called, by Node and by the SDK. */
const unreachable: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
  "TimeoutError",
  "Timeout",
]);

/** A name that nobody could resolve. */
const unresolved: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN"]);

const clientOf: Readonly<Record<string, keyof typeof controllerEndpoints>> = {
  EC2: "ec2",
  SSM: "ssm",
  SQS: "sqs",
  EKS: "eks",
  IAM: "iam",
  Pricing: "pricing",
  "ARC Zonal Shift": "zonalShift",
};

/**
 * What to do where a service cannot be reached or nobody gave credentials (spec: v1alpha5 4.15, operations 5.4); empty when
 * AWS has answered, whatever it said.
 */
export function reachHint(
  service: string,
  { code, message }: { readonly code: string; readonly message: string },
): string {
  if (code === "CredentialsProviderError" || code === "CredentialsProvider")
    return (
      "; give the controller's service account a role (IRSA or Pod Identity), or set the hop limit of the instance " +
      `metadata to 2; a private network needs the endpoint ${endpointName("sts", regionIn(message))} for it`
    );
  const isUnresolved = unresolved.has(code);
  if (!isUnresolved && !unreachable.has(code)) return "";
  const dns = isUnresolved ? "; where the cluster's DNS runs on nodes of this controller, set dnsPolicy: Default" : "";
  return `; in a private network ${remedy(service, message)}${dns}`;
}

/** The host of the message comes first: credentials are asked for in the middle of other calls. */
function remedy(service: string, message: string): string {
  const host = hostIn(message);
  if (host !== undefined && host.service === "sts") return `create the endpoint ${endpointName("sts", host.region)}`;
  const endpoint = controllerEndpoints[clientOf[service] ?? "ec2"].endpoint;
  return "name" in endpoint
    ? `create the endpoint ${endpointName(endpoint.name, host?.region)}`
    : `set ${endpoint.instead}`;
}

const endpointName = (name: string, region = "REGION"): string => `com.amazonaws.${region}.${name}`;

function hostIn(text: string): { readonly service: string; readonly region: string } | undefined {
  const [, service, region] = /\b([a-z0-9-]+)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(text) ?? [];
  return service === undefined || region === undefined ? undefined : { service, region };
}

const regionIn = (text: string): string | undefined => hostIn(text)?.region;
