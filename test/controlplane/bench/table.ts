/** The end-to-end tables: what was measured, beside the reference's figures. */
import type { Measurement, PhaseLine } from "./measure.ts";
import { barOf, type PhaseFigures, reference } from "./reference.ts";

/** What of a line is compared. */
export function figuresOf(line: PhaseLine): PhaseFigures {
  const seconds = line.phase === "a" ? line.boundSeconds : line.lastNodeChangeSeconds;
  const { nodes, pricePerHour, cpuSeconds, peakRssMiB } = line;
  return { seconds: seconds ?? 0, nodes, pricePerHour, cpuSeconds, peakRssMiB };
}

/** What a run exceeds, in words; empty when it is within all bars. A workload without reference figures has none. */
export function excesses(workload: string, line: PhaseLine): readonly string[] {
  const known = reference[workload]?.[line.phase];
  if (known === undefined) return [];
  const [own, bar] = [figuresOf(line), barOf(known)];
  const words: string[] = [];
  if (line.phase === "a" && line.podsBound !== line.pods) words.push(`${line.podsBound} of ${line.pods} pods bound`);
  if (own.seconds > bar.seconds) words.push(`${own.seconds} s, not ${bar.seconds}`);
  if (own.cpuSeconds > bar.cpuSeconds) words.push(`${own.cpuSeconds} CPU s, not ${bar.cpuSeconds}`);
  if (own.peakRssMiB > bar.peakRssMiB) words.push(`${own.peakRssMiB} MiB, not ${bar.peakRssMiB}`);
  return words;
}

const columns: readonly (readonly [title: string, digits: number, of: (figures: PhaseFigures) => number])[] = [
  ["s", 1, ({ seconds }) => seconds],
  ["nodes", 0, ({ nodes }) => nodes],
  ["USD/h", 2, ({ pricePerHour }) => pricePerHour],
  ["CPU s", 2, ({ cpuSeconds }) => cpuSeconds],
  ["peak MiB", 0, ({ peakRssMiB }) => peakRssMiB],
];

const titles = Object.freeze({
  a: "From `kubectl apply` until all pods are bound",
  b: "From scaling to 30 % until the last change of a node",
});

/** A Markdown table for each phase that was measured: ours and, in brackets, the reference's. */
export function markdownOf(measurements: readonly Measurement[]): string {
  const tables = (["a", "b"] as const).flatMap((phase) => {
    const rows = measurements.flatMap(({ workload, phases }) => {
      const line = phases.find((each) => each.phase === phase);
      return line === undefined ? [] : [rowOf(workload, line)];
    });
    return rows.length === 0 ? [] : [`${titles[phase]}:\n\n${headerOf()}\n${rows.join("\n")}`];
  });
  return tables.join("\n\n");
}

function headerOf(): string {
  const names = columns.map(([title]) => title).join(" | ");
  return `| Workload | ${names} |\n|---|${columns.map(() => "--:|").join("")}`;
}

function rowOf(workload: string, line: PhaseLine): string {
  const own = figuresOf(line);
  const theirs = reference[workload]?.[line.phase];
  const cells = columns.map(([, digits, of]) => {
    const text = of(own).toFixed(digits);
    return theirs === undefined ? text : `${text} (${of(theirs).toFixed(digits)})`;
  });
  return `| ${workload} | ${cells.join(" | ")} |`;
}

const begin = "<!-- end-to-end: written by npm run bench:e2e -- --write -->";
const end = "<!-- end of end-to-end -->";

/** Puts the section between its marks, or at the end of a text that has none. */
export function withSection(text: string, section: string): string {
  const whole = `${begin}\n${section}\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n${whole}\n`.trimStart();
  return text.slice(0, from) + whole + text.slice(to + end.length);
}

export interface Circumstances {
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  readonly kubernetes: string;
}

/** The whole section of docs/benchmarks.md. */
export function sectionOf(
  measurements: readonly Measurement[],
  { date, cores, node, kubernetes }: Circumstances,
): string {
  const busiest = Math.max(0, ...measurements.flatMap(({ phases }) => phases.map(({ foreignCores }) => foreignCores)));
  return [
    "## End to end",
    "",
    "`npm run bench:e2e`: a real control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler), our stand-in",
    "kubelets in a process of their own, and `karpenter controller --cloud kwok` alone in its process, whose CPU seconds and",
    "peak memory these are. In brackets the reference (its core of 2026-08-20 with its kwok provider, kwok as kubelet) on the",
    "same control plane, workloads and pool. 1,000 pods each, one fresh cluster each.",
    "",
    markdownOf(measurements),
    "",
    `Measured on ${date}: ${cores} cores shared by everything, Node ${node}, Kubernetes ${kubernetes}; others used at most`,
    `${busiest.toFixed(2)} cores meanwhile.`,
  ].join("\n");
}
