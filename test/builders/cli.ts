/** Command lines and manifests for tests of the command line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/program.ts";

export interface CliResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs one command line as a process would, with `input` on standard input. */
export async function runCommand(argv: readonly string[], input = ""): Promise<CliResult> {
  const texts = { output: "", errors: "" };
  const streamTo = (name: keyof typeof texts): PassThrough =>
    new PassThrough().on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  const exitCode = await runCli(argv, {
    input: Readable.from([input]),
    output: streamTo("output"),
    errors: streamTo("errors"),
    environment: {},
    signal: new AbortController().signal,
  });
  return { exitCode, ...texts };
}

/** A file that is there as long as the test runs. */
export function fileWith(text: string, name = "input.yaml"): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A Deployment of one container that asks for this. */
export const deployment = (
  name: string,
  replicas: number,
  requests: Readonly<Record<string, string>>,
  spec = {},
): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "app", image: "app", resources: { requests } }], ...spec },
      },
    },
  });

/** Documents of one file. */
export const documents = (...texts: readonly string[]): string => texts.join("\n---\n");

/** A pool of on-demand machines of one family, so that answers can be worked out by hand. */
export const poolOf = (name: string, types: readonly string[], spec = {}): string =>
  JSON.stringify({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [
            { key: "node.kubernetes.io/instance-type", operator: "In", values: types },
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          ],
        },
      },
      ...spec,
    },
  });

/** A machine of a pool, with its claim, quiet for long. */
export const machine = (name: string, pool: string, type: string, annotations = {}): string => {
  const labels = {
    "karpenter.sh/nodepool": pool,
    "node.kubernetes.io/instance-type": type,
    "karpenter.sh/capacity-type": "on-demand",
    "topology.kubernetes.io/zone": "us-east-1a",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    "kubernetes.io/hostname": name,
    "karpenter.sh/registered": "true",
    "karpenter.sh/initialized": "true",
  };
  const room = { cpu: "1930m", memory: "7Gi", pods: "29" };
  const since = "2026-01-01T00:00:00Z";
  const conditions = ["Launched", "Registered", "Initialized"].map((each) => ({
    type: each,
    status: "True",
    lastTransitionTime: since,
  }));
  return documents(
    JSON.stringify({
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name: `claim-${name}`, uid: `claim-${name}`, labels, creationTimestamp: since },
      spec: {
        requirements: [],
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      },
      status: { providerID: `aws:///${name}`, nodeName: name, capacity: room, allocatable: room, conditions },
    }),
    JSON.stringify({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: `node-${name}`, labels, annotations, creationTimestamp: since },
      spec: { providerID: `aws:///${name}` },
      status: { capacity: room, allocatable: room, conditions: [{ type: "Ready", status: "True" }] },
    }),
  );
};

/** A pod that runs on a node. */
export const boundPod = (name: string, nodeName: string, cpu: string, annotations = {}): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      labels: { app: name },
      annotations,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-rs`, uid: "rs", controller: true }],
    },
    spec: { nodeName, containers: [{ name: "app", image: "app", resources: { requests: { cpu } } }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  });
