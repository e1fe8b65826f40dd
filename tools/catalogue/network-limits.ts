import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NetworkLimits } from "../../src/provider-aws/catalogue/index.ts";
import { run } from "./ec2-server.ts";

const modulePath = "github.com/aws/amazon-vpc-resource-controller-k8s";
const moduleVersion = "v1.8.2";

export interface PublishedLimits {
  readonly source: string;
  /** Day on which the publisher made the table. */
  readonly date: string;
  readonly limits: ReadonlyMap<string, NetworkLimits>;
}

/** The VPC resource controller's table of interface limits, read from its Go module (Go must be installed). */
export function fetchNetworkLimits(cache: string): PublishedLimits {
  const folder = join(cache, "network-limits");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "go.mod"), "module limits\n\ngo 1.22\n");
  const answer = run("go", ["mod", "download", "-json", `${modulePath}@${moduleVersion}`], folder);
  const { Dir: source } = JSON.parse(answer) as { readonly Dir: string };
  const text = readFileSync(join(source, "pkg/aws/vpc/limits.go"), "utf8");
  return {
    source: `${modulePath} ${moduleVersion}`,
    date: /generated at (\d{4}-\d{2}-\d{2})/.exec(text)?.[1] ?? "unknown",
    limits: parseLimits(text),
  };
}

export function parseLimits(text: string): ReadonlyMap<string, NetworkLimits> {
  const limits = new Map<string, NetworkLimits>();
  const entry =
    /^\t"([^"]+)": \{\s+Interface:\s+\d+,\s+IPv4PerInterface:\s+(\d+),\s+IsTrunkingCompatible:\s+(true|false),\s+BranchInterface:\s+(\d+),/gm;
  for (const [, name = "", ipv4, trunking, branch] of text.matchAll(entry))
    limits.set(name, {
      ipv4PerInterface: Number(ipv4),
      trunking: trunking === "true",
      branchInterfaces: Number(branch),
    });
  if (limits.size < 1000)
    throw new Error(`only ${limits.size} types found: the format of the limits table has changed`);
  return limits;
}
