/**
 * The pod lists of Alibaba's GPU cluster trace of 2023 (public data set openb): one line a pod with its size, the moments it
 * came and left in seconds, and the models of GPU that it takes. Kubernetes gives whole GPUs, so a share of one
 * (`gpu_milli`) counts as one; times and sizes are as recorded.
 */
import { amountIn, type CsvRow, type CsvTable } from "./csv-rows.ts";
import { type Trace, traceOf, type TracePod, type TraceProblem } from "./trace.ts";

export const alibabaHeadings = ["name", "cpu_milli", "memory_mib", "num_gpu"] as const;

/** EC2's names of the models that it has under others; the rest of the trace's models nobody offers by name. */
const modelsOnEc2: Readonly<Record<string, string>> = { T4: "t4", A10: "a10g", V100M16: "v100", V100M32: "v100" };

/** How long pods of a list without times stay. */
const untimedMillis = 3_600_000;

export function readAlibaba({ headings, rows }: CsvTable): Trace {
  const problems: TraceProblem[] = [];
  const isTimed = headings.includes("creation_time");
  const unknown = new Set<string>();
  const pods = rows.flatMap((row) => podIn(row, { isTimed, problems, unknown }));
  const notes = [
    "a share of a GPU counts as one GPU",
    ...(isTimed ? [] : ["the list tells no times: all pods come at once and stay for an hour"]),
    ...(unknown.size === 0
      ? []
      : [
          `any GPU will do where only models are asked for that EC2 does not name: ${[...unknown].toSorted().join(", ")}`,
        ]),
  ];
  return traceOf(pods, { problems, notes });
}

interface Reading {
  readonly isTimed: boolean;
  readonly problems: TraceProblem[];
  readonly unknown: Set<string>;
}

function podIn(row: CsvRow, { isTimed, problems, unknown }: Reading): readonly TracePod[] {
  const before = problems.length;
  const amount = (name: string): number => amountIn(row, name, problems) ?? 0;
  const name = row.cell("name");
  const arrives = isTimed ? amount("creation_time") * 1000 : 0;
  const leaves = isTimed ? amount("deletion_time") * 1000 : untimedMillis;
  const size = { cpuMillis: amount("cpu_milli"), memoryBytes: amount("memory_mib") * 2 ** 20, gpus: amount("num_gpu") };
  if (name === "") problems.push({ line: row.line, column: 1, message: "name: expected a name" });
  if (leaves < arrives) {
    const message = `deletion_time: "${row.cell("deletion_time")}" is before creation_time "${row.cell("creation_time")}"`;
    problems.push({ line: row.line, column: row.columnOf("deletion_time"), message });
  }
  if (problems.length > before) return [];
  const models = modelsOf(row.cell("gpu_spec"), unknown);
  const gpuModels = models.length === 0 ? {} : { gpuModels: models };
  return [{ name, workload: name, arrives, leaves, ...size, ...gpuModels }];
}

function modelsOf(spec: string, unknown: Set<string>): readonly string[] {
  if (spec === "") return [];
  const asked = spec.split("|");
  const known = asked.flatMap((model) => modelsOnEc2[model] ?? []);
  if (known.length === 0) for (const model of asked) unknown.add(model);
  return [...new Set(known)].toSorted();
}
