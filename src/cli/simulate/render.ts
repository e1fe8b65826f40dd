import { perHour, perMonth } from "../output/money.ts";
import { renderColumns, renderMarkdownTable, type TextTable } from "../output/columns.ts";
import {
  commandText,
  type ConsolidationReport,
  type SimulatedNode,
  type SimulateReport,
  type UnplacedReport,
} from "../../studies/index.ts";

/** For a terminal: machines, what they cost, what has no place and why, in that order. */
export function renderTable(report: SimulateReport): string {
  const parts = [
    report.nodes.length === 0 ? "" : renderColumns(nodeTable(report.nodes)),
    report.existing.length === 0 ? "" : `${existingLines(report).join("\n")}\n`,
    `${summaryLines(report).join("\n")}\n`,
    report.unplaced.length === 0 ? "" : `${unplacedLines(report.unplaced).join("\n")}\n`,
    report.consolidation === undefined ? "" : `${consolidationLines(report.consolidation).join("\n")}\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** For a comment on a pull request. */
export function renderMarkdown(report: SimulateReport): string {
  const { nodes, pricePerHour, placed, pods } = report;
  const head = `**${count(nodes.length, "node")}, ${perMonth(pricePerHour)}** (${perHour(pricePerHour)}); ${placed} of ${count(pods, "pod")} placed.`;
  const table = nodes.length === 0 ? [] : [renderMarkdownTable(nodeTable(nodes))];
  const left = unplacedGroups(report.unplaced).map(({ title, texts, remedy }) =>
    [`- **${title}**: ${texts.join("; ")}`, ...(remedy === undefined ? [] : [`  - to change: ${remedy}`])].join("\n"),
  );
  const without = left.length === 0 ? [] : [`Without a place:\n\n${left.join("\n")}\n`];
  return [`${head}\n`, ...table, ...without].join("\n");
}

/** Equal machines of one pool with the same kinds of pods are one line. */
function nodeTable(nodes: readonly SimulatedNode[]): TextTable {
  const groups = new Map<string, SimulatedNode[]>();
  for (const node of nodes) {
    const key = [node.pool, node.type, node.zone, node.capacityType, node.pricePerHour, workloadsText(node.pods)].join(
      " ",
    );
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const rows = [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [rowOf(first, more.length + 1)],
  );
  const headings = ["nodes", "pool", "type", "zone", "capacity", "$/h each", "cpu", "memory GiB", "pods on each"];
  return { headings, rows, figures: new Set([0, 5, 6, 7]) };
}

const rowOf = (node: SimulatedNode, nodes: number): readonly string[] => [
  String(nodes),
  node.pool,
  node.type,
  node.zone,
  node.capacityType,
  node.pricePerHour.toFixed(4),
  `${node.cpu.used.toFixed(1)}/${node.cpu.of.toFixed(1)}`,
  `${node.memoryGib.used.toFixed(1)}/${node.memoryGib.of.toFixed(1)}`,
  workloadsText(node.pods),
];

/** Pods by workload: `default/web x3`. What comes behind the last words of a name is taken for the pod's own. */
export function workloadsText(pods: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const name = workloadOf(pod);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const texts = [...counts].map(([name, pods_]) => (pods_ === 1 ? name : `${name} x${pods_}`));
  return texts.length <= mostNames
    ? texts.join(", ")
    : `${texts.slice(0, mostNames).join(", ")}, and ${texts.length - mostNames} more workloads`;
}

const mostNames = 4;

/** Names as ReplicaSets (`web-2x7rkq-1`, `web-6d4cf56db6-x2x7r`), Jobs and StatefulSets (`db-0`) give them. */
const workloadOf = (pod: string): string =>
  pod.replace(/-(?:[bcdf-hj-np-tv-xz2456789]{6,10}-(?:\d+|[a-z\d]{5})|job-\d+|\d+)$/, "");

function existingLines({ existing }: SimulateReport): readonly string[] {
  return existing.map(({ node, pods }) => `onto node ${node}: ${workloadsText(pods)}`);
}

function summaryLines(report: SimulateReport): readonly string[] {
  const { nodes, placed, pods, pricePerHour, headroom } = report;
  return [
    `${count(nodes.length, "new node")}: ${perHour(pricePerHour)}, ${perMonth(pricePerHour)}${boundText(report)}`,
    `${placed} of ${count(pods, "pod")} placed`,
    ...(nodes.length === 0 ? [] : [`room left on the new nodes: ${headroom.cpu} cpu, ${headroom.memoryGib} GiB`]),
  ];
}

/** The bound may lie below what whole machines can cost. */
const boundText = ({ bound = 0, nodes }: SimulateReport): string =>
  bound <= 0 || nodes.length === 0 ? "" : `; at least ${perHour(bound)}, whoever chooses`;

interface UnplacedGroup {
  readonly title: string;
  readonly texts: readonly string[];
  readonly remedy?: string;
}

/** Pods of one workload that are refused alike are told once. */
function unplacedGroups(unplaced: readonly UnplacedReport[]): readonly UnplacedGroup[] {
  const groups = new Map<string, { first: UnplacedReport; pods: number }>();
  for (const each of unplaced) {
    const key = `${workloadOf(each.pod)} ${each.reasons.map(({ text }) => text).join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: each, pods: 1 });
    else group.pods += 1;
  }
  return [...groups.values()].map(({ first, pods }) => ({
    title: pods === 1 ? first.pod : `${workloadOf(first.pod)} (${pods} pods)`,
    texts: first.reasons.map(({ text, object }) =>
      object === undefined ? shortText(text) : `${object}: ${shortText(text)}`,
    ),
    ...(first.remedy === null ? {} : { remedy: `${first.remedy.text} (${first.remedy.object})` }),
  }));
}

/** The whole text, with all requirements of the pool, is in the JSON form. */
export const shortText = (text: string): string => text.replace(/, requirements=.*?(?=, resources=|$)/, "");

function unplacedLines(unplaced: readonly UnplacedReport[]): readonly string[] {
  return [
    "without a place:",
    ...unplacedGroups(unplaced).flatMap(({ title, texts, remedy }) => [
      `  ${title}`,
      ...texts.map((text) => `    - ${text}`),
      ...(remedy === undefined ? [] : [`    to change: ${remedy}`]),
    ]),
  ];
}

export function consolidationLines({
  before,
  after,
  savingPerMonth,
  evictions,
  commands,
}: ConsolidationReport): readonly string[] {
  if (commands.length === 0) return ["consolidation would change nothing"];
  return [
    `consolidation: ${before.nodes} to ${after.nodes} nodes, ${perMonth(before.pricePerHour)} to ${perMonth(after.pricePerHour)} (saves ${savingPerMonth.toFixed(2)}), ${count(evictions, "eviction")}`,
    ...commands.map(commandText).map((text) => `  ${text}`),
  ];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
