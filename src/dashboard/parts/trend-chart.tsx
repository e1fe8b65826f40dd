import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { TrendPoint } from "../../server/contract/index.ts";
import { count, perHour } from "./format.ts";

/** Cost and nodes over time, to the state of `now`. The caption says the same in words for those who cannot see it. */
export function TrendChart(props: { readonly points: readonly TrendPoint[]; readonly now: TrendPoint }) {
  const { now } = props;
  const points = [...props.points.filter(({ time }) => time < now.time), now];
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element), dataOf(points), element);
    };
    draw();
    const sizes = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: chartHeight }));
    sizes.observe(element);
    const themes = watchTheme(draw);
    return () => {
      sizes.disconnect();
      themes();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(points)), [props.points, now.time]);
  const first = points[0] ?? now;
  return (
    <figure class="trend">
      <figcaption>
        <span>
          <i class="cost" />
          cost
        </span>
        <span>
          <i class="nodes" />
          nodes
        </span>
        <span>
          from {perHour(first.pricePerHour)} with {count(first.nodes, "node")} to {perHour(now.pricePerHour)} with{" "}
          {now.nodes.toLocaleString("en")}
        </span>
      </figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

const chartHeight = 180;

/** Colours are read when a chart is made, so that another theme needs another chart. */
function watchTheme(changed: () => void): () => void {
  const preference = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(changed);
  preference.addEventListener("change", changed);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    preference.removeEventListener("change", changed);
    chosen.disconnect();
  };
}

function dataOf(points: readonly TrendPoint[]): uPlot.AlignedData {
  return [
    points.map(({ time }) => Date.parse(time) / 1000),
    points.map(({ pricePerHour }) => pricePerHour),
    points.map(({ nodes }) => nodes),
  ];
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--quiet"), ticks: { show: false } };
  const grid = { stroke: colour("--line"), width: 1 };
  const series = { points: { show: false }, ...(steps === undefined ? {} : { paths: steps }) };
  return {
    width: element.clientWidth,
    height: chartHeight,
    legend: { show: false },
    cursor: { show: false },
    tzDate: utcDate,
    scales: { y: { range: fromZero(0.01) }, nodes: { range: fromZero(1) } },
    axes: [
      { ...axis, grid: { show: false }, space: 90, size: 24, values: (_, ticks) => ticks.map(utcTime) },
      { ...axis, grid, size: 60, values: (_, ticks) => ticks.map((tick) => `${Number(tick.toFixed(3))} $`) },
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the right side: uPlot's enum is of its types alone
      { ...axis, grid: { show: false }, scale: "nodes", side: 1, size: 44, incrs: wholeNumbers },
    ],
    series: [
      {},
      { ...series, stroke: colour("--accent"), width: 2 },
      { ...series, stroke: colour("--warm"), width: 1, dash: [4, 4], scale: "nodes" },
    ],
  };
}

/** From 0 to a tenth above the highest, at least to `least`. */
const fromZero =
  (least: number): uPlot.Range.Function =>
  (_, _min, max) => [0, Math.max(least, (Number.isFinite(max) ? max : 0) * 1.1)];

const wholeNumbers = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1_000, 10_000].map((power) => step * power))
  .toSorted((a, b) => a - b);

/** Cost holds until it changes. */
const steps = uPlot.paths.stepped?.({ align: 1 });

/** Seconds since the epoch; hours, minutes and seconds in UTC, as the logs have them. */
const utcTime = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19);

const utcDate = (seconds: number): Date => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
