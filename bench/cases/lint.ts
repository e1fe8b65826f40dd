/** Issue 11: `karpenter lint` on a file of 5,000 objects, as a user runs it, without money and with. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { runCli } from "../../src/cli/program.ts";
import { peakMemory, secondsSince } from "../measure.ts";
import type { BenchCase, Figures } from "./case.ts";

export const lintCases: readonly BenchCase[] = [
  { name: "lint-5000", measure: () => measure([]) },
  { name: "lint-cost-5000", measure: () => measure(["--cost"]) },
];

const pairs = 2499;
const replicasOf = (index: number): number => 1 + (index % 4);

/** `nodes` is the number of findings: the table has no column for them. The command judges itself by its exit code. */
async function measure(flags: readonly string[]): Promise<Figures> {
  const text = input();
  const folder = mkdtempSync(join(tmpdir(), "bench-lint-"));
  const file = join(folder, "objects.yaml");
  writeFileSync(file, text);
  try {
    const start = performance.now();
    const { exitCode, output } = await lint(["lint", "-f", file, "--output", "json", ...flags]);
    const seconds = secondsSince(start);
    const { findings } = JSON.parse(output) as { readonly findings: readonly unknown[] };
    if (exitCode !== 1 || findings.length === 0) throw new Error(`lint ended with ${exitCode}`);
    const pods = Array.from({ length: pairs }, (_, index) => replicasOf(index)).reduce((sum, each) => sum + each, 0);
    const inputHash = createHash("sha256").update(text).digest("hex").slice(0, 16);
    return { seconds, pods, placed: 0, nodes: findings.length, pricePerHour: 0, inputHash, peakRssMiB: peakMemory() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function lint(words: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
  let output = "";
  const exitCode = await runCli(words, {
    input: Readable.from([]),
    output: new PassThrough().on("data", (chunk: Buffer) => {
      output += chunk.toString();
    }),
    errors: new PassThrough().resume(),
    environment: {},
    signal: new AbortController().signal,
  });
  return { exitCode, output };
}

/** Two pools of one class, and Deployments, each with its budget, in fifty namespaces; a third prefers to be spread. */
function input(): string {
  const nodeClass = `apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec:
  amiSelectorTerms: [{alias: al2023@latest}]
  role: node
  subnetSelectorTerms: [{tags: {karpenter.sh/discovery: prod}}]
  securityGroupSelectorTerms: [{tags: {karpenter.sh/discovery: prod}}]
`;
  const objects = Array.from({ length: pairs }, (_, index) => workloadOf(index));
  return [
    nodeClass,
    poolOf("general", 10, "spot, on-demand"),
    poolOf("steady", 5, "on-demand"),
    ...objects.flat(),
  ].join("---\n");
}

const poolOf = (name: string, weight: number, capacityTypes: string): string => `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: ${name}}
spec:
  weight: ${weight}
  limits: {cpu: 100000}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: default}
      requirements:
        - {key: karpenter.sh/capacity-type, operator: In, values: [${capacityTypes}]}
        - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m, r]}
`;

function workloadOf(index: number): readonly string[] {
  const names = `{name: web-${index}, namespace: ns-${index % 50}}`;
  const labels = `{app: web-${index}}`;
  const requests = `{cpu: ${100 + 50 * (index % 7)}m, memory: ${128 + 64 * (index % 5)}Mi}`;
  const spread = `
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: ${labels}}`;
  return [
    `apiVersion: apps/v1
kind: Deployment
metadata: ${names}
spec:
  replicas: ${replicasOf(index)}
  selector: {matchLabels: ${labels}}
  template:
    metadata: {labels: ${labels}}
    spec:
      containers: [{name: web, image: web, resources: {requests: ${requests}}}]${index % 3 === 0 ? spread : ""}
`,
    `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: ${names}
spec: {maxUnavailable: 1, selector: {matchLabels: ${labels}}}
`,
  ];
}
