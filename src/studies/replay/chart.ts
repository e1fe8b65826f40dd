/** Nodes and USD an hour over time as one SVG file without scripts or fonts of its own; equal reports give equal bytes. */
import type { ReplayReport, ReplaySettingReport } from "./report.ts";

const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const size = { width: 960, left: 64, right: 16, top: 24, panel: 200, gap: 56 };

type Figure = (point: ReplaySettingReport["series"][number]) => number;

export function renderReplayChart({ settings, seconds }: ReplayReport): string {
  const panels = [
    { title: "nodes", figure: ((point) => point[1]) satisfies Figure },
    { title: "$ an hour", figure: ((point) => point[2]) satisfies Figure },
  ];
  const height = size.top + panels.length * (size.panel + size.gap) + settings.length * 16 + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>Nodes and cost over time</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...panels.flatMap(({ title, figure }, at) =>
      panelLines({ title, figure, settings, seconds, top: size.top + at * (size.panel + size.gap) }),
    ),
    ...settings.map(legendLine),
    "</svg>\n",
  ].join("\n");
}

interface Panel {
  readonly title: string;
  readonly figure: Figure;
  readonly settings: readonly ReplaySettingReport[];
  readonly seconds: number;
  readonly top: number;
}

function panelLines({ title, figure, settings, seconds, top }: Panel): readonly string[] {
  const most = roundUp(settings.reduce((high, { series }) => series.reduce((m, p) => Math.max(m, figure(p)), high), 0));
  const right = size.width - size.right;
  const y = (value: number): string => (top + size.panel * (1 - value / most)).toFixed(1);
  const x = (at: number): string => (size.left + ((right - size.left) * at) / Math.max(1, seconds)).toFixed(1);
  const marks = [0, 0.5, 1].map((share) => share * most);
  const hours = [0, 0.25, 0.5, 0.75, 1].map((share) => share * seconds);
  return [
    `<text x="${size.left}" y="${top - 8}" font-weight="bold">${title}</text>`,
    ...marks.flatMap((value) => [
      `<line x1="${size.left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>`,
      `<text x="${size.left - 6}" y="${y(value)}" dy="4" text-anchor="end">${numberText(value)}</text>`,
    ]),
    ...hours.map(
      (at) => `<text x="${x(at)}" y="${top + size.panel + 16}" text-anchor="middle">${timeText(at, seconds)}</text>`,
    ),
    ...settings.map(({ series }, at) => {
      const steps = series.map((point) => `${x(point[0])},${y(figure(point))}`);
      const last = series.at(-1);
      const end = last === undefined ? [] : [`${x(seconds)},${y(figure(last))}`];
      return `<polyline fill="none" stroke="${colourOf(at)}" stroke-width="1.5" points="${[...steps, ...end].join(" ")}"/>`;
    }),
  ];
}

function legendLine({ name, dollars }: ReplaySettingReport, at: number): string {
  const y = size.top + 2 * (size.panel + size.gap) + at * 16 - 8;
  return `<text x="${size.left}" y="${y}" fill="${colourOf(at)}">${escaped(name)}: ${dollars.toFixed(2)} $</text>`;
}

const colourOf = (at: number): string => colours[at % colours.length] ?? "#000";

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const numberText = (value: number): string => String(Number(value.toPrecision(3)));

function timeText(seconds: number, whole: number): string {
  if (whole >= 2 * 86_400) return `${numberText(seconds / 86_400)} d`;
  return whole >= 7_200 ? `${numberText(seconds / 3_600)} h` : `${numberText(seconds)} s`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
