/** The list of VPC endpoints that a private cluster needs, as people keep it in a text (v1alpha5 6.5). */
import { failed, ok, type Result } from "../../core/index.ts";

export interface ExpectedEndpoint {
  /** Last parts of the name: `ecr.api`. */
  readonly service: string;
  readonly purpose: string;
}

/** The founding document's. */
export const foundingEndpoints: readonly ExpectedEndpoint[] = Object.freeze([
  { service: "ec2", purpose: "launching machines" },
  { service: "ecr.api", purpose: "pulling images" },
  { service: "ecr.dkr", purpose: "pulling images" },
  { service: "s3", purpose: "layers of images" },
  { service: "sts", purpose: "the controller's credentials" },
  { service: "ssm", purpose: "looking up AMIs" },
]);

/** `com.amazonaws.REGION.SERVICE` (REGION any text without dots), or of China with `cn.` before it. */
const line = /^(?:cn\.)?com\.amazonaws\.[^.\s]+\.([a-z0-9][a-z0-9.-]*)(?:\s+[-–—]\s*(.*))?$/;

/** One endpoint a line; text after a blank and a dash says what it is for. Every line that is none is a fault with its number. */
export function readEndpointList(text: string): Result<readonly ExpectedEndpoint[], readonly string[]> {
  const faults: string[] = [];
  const found = new Map<string, ExpectedEndpoint>();
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const trimmed = written.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const [, service, purpose = ""] = line.exec(trimmed) ?? [];
    if (service === undefined)
      faults.push(
        `line ${index + 1}: found ${JSON.stringify(trimmed.slice(0, 60))}, expected com.amazonaws.REGION.SERVICE, with " - " before what it is for`,
      );
    else if (!found.has(service)) found.set(service, { service, purpose: purpose.trim() || purposeOf(service) });
  }
  if (faults.length === 0 && found.size === 0) return failed(["no line names an endpoint"]);
  return faults.length > 0 ? failed(faults) : ok([...found.values()]);
}

const purposeOf = (service: string): string =>
  foundingEndpoints.find((each) => each.service === service)?.purpose ?? "on the list";
