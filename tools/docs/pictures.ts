/** Pictures of the concepts, each drawn from what a command says of the samples. Made again by `npm run docs:check -- --write`. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SimulatedNode, SimulateReport } from "../../src/studies/index.ts";

export interface Picture {
  /** Below `docs/pictures`. */
  readonly name: string;
  readonly svg: string;
}

const sample = ["-f", "samples/application.yaml", "-f", "samples/pools.yaml", "-f", "samples/storage.yaml"];

export async function drawPictures(root: string): Promise<readonly Picture[]> {
  const run = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(join(root, "bin/karpenter.mjs"), args, { cwd: root })).stdout;
  const placed = JSON.parse(await run("simulate", ...sample, "--output", "json")) as SimulateReport;
  return [
    { name: "packing.svg", svg: packing(placed) },
    { name: "over-time.svg", svg: await chart(run) },
  ];
}

const colours = ["#1f5fbf", "#7a3fc0", "#1a7f37", "#9a5b00", "#b42318", "#0b7285", "#5c940d"];
const [rowHeight, barStart, barWidth, width] = [44, 250, 380, 820];

/** A row a machine; each pod of the sample as its share of the bar, by number of pods, in the colour of its workload. */
function packing({ nodes, pricePerHour, pods, placed }: SimulateReport): string {
  const workloads = [...new Set(nodes.flatMap((node) => node.pods.map(workloadOf)))].toSorted();
  const colourOf = (pod: string): string => colours[workloads.indexOf(workloadOf(pod)) % colours.length] ?? "#555";
  const rows = nodes.map((node, index) => machineRow(node, 60 + index * rowHeight, colourOf));
  const bottom = 60 + nodes.length * rowHeight;
  const legend = workloads.map((name, index) => {
    const x = 20 + index * 130;
    return `<rect x="${x}" y="${bottom + 8}" width="12" height="12" rx="2" fill="${colours[index % colours.length]}"/>${text(x + 18, bottom + 18, name, 12)}`;
  });
  const title = `${placed} of ${pods} pods on ${nodes.length} machines for ${pricePerHour.toFixed(4)} USD an hour`;
  return picture(title, bottom + 40, [text(20, 30, title, 16), ...rows, ...legend]);
}

/** Without its namespace, its number, and what a ReplicaSet adds. */
const workloadOf = (pod: string): string => (pod.split("/")[1] ?? pod).replace(/(-[a-z0-9]{6})?-[^-]*$/, "");

function machineRow(node: SimulatedNode, y: number, colourOf: (pod: string) => string): string {
  const { type, capacityType, zone, pricePerHour, cpu, pods } = node;
  const filled = cpu.of > 0 ? (barWidth * Math.min(cpu.used, cpu.of)) / cpu.of : 0;
  const each = pods.length === 0 ? 0 : filled / pods.length;
  const blocks = pods.map(
    (pod, index) =>
      `<rect x="${(barStart + index * each).toFixed(1)}" y="${y}" width="${Math.max(0, each - 1).toFixed(1)}" height="22" fill="${colourOf(pod)}"/>`,
  );
  return [
    text(20, y + 10, type, 13),
    text(20, y + 25, `${capacityType}, ${zone}`, 11),
    `<rect x="${barStart}" y="${y}" width="${barWidth}" height="22" fill="#e3e7ec"/>`,
    ...blocks,
    text(
      barStart + barWidth + 14,
      y + 16,
      `${Math.round((filled / barWidth) * 100)} % of CPU, ${pricePerHour.toFixed(4)} $/h`,
      12,
    ),
  ].join("\n");
}

const escaped = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const text = (x: number, y: number, words: string, size: number): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="#14181d">${escaped(words)}</text>`;

/** On a light ground of its own, so that it can be read in both themes. */
const picture = (title: string, height: number, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="sans-serif">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#f6f8fa"/>
${parts.join("\n")}
</svg>
`;

async function chart(run: (...args: readonly string[]) => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "docs-chart-"));
  const file = join(folder, "chart.svg");
  try {
    await run("replay", "samples/studies/trace.csv", "--consolidate-every", "2h", "--chart", file);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
