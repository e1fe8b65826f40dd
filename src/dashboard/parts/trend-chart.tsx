import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { TrendPoint } from "../../server/contract/index.ts";
import { perHour } from "./format.ts";

/** Cost over time. The same is in a table for those who cannot see it. */
export function TrendChart({ points }: { readonly points: readonly TrendPoint[] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = new uPlot(optionsFor(element), dataOf(points), element);
    chart.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: chartHeight }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(dataOf(points)), [points]);
  const last = points.at(-1);
  const first = points.at(0);
  const told =
    first === undefined || last === undefined
      ? "No points yet."
      : `From ${perHour(first.pricePerHour)} with ${first.nodes} nodes to ${perHour(last.pricePerHour)} with ${last.nodes}.`;
  return (
    <figure class="trend">
      <figcaption>Cost and nodes over time. {told}</figcaption>
      <div ref={place} aria-hidden="true" />
    </figure>
  );
}

const chartHeight = 180;

function dataOf(points: readonly TrendPoint[]): uPlot.AlignedData {
  return [
    points.map(({ time }) => Date.parse(time) / 1000),
    points.map(({ pricePerHour }) => pricePerHour),
    points.map(({ nodes }) => nodes),
  ];
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const [line, warm, quiet] = ["--accent", "--warm", "--quiet"].map((name) => style.getPropertyValue(name).trim());
  const axis = { stroke: quiet ?? "#888", grid: { show: false }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: chartHeight,
    legend: { show: false },
    cursor: { show: false },
    tzDate: utcDate,
    scales: {
      y: { range: { min: { pad: 0, hard: 0, soft: 0, mode: 1 }, max: { pad: 0.1, soft: 0.01, mode: 1 } } },
      nodes: { range: { min: { pad: 0, hard: 0, soft: 0, mode: 1 }, max: { pad: 0.3, soft: 1, mode: 1 } } },
    },
    axes: [
      { ...axis, space: 70, values: (_, ticks) => ticks.map(utcTime) },
      { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => `${Number(tick.toFixed(3))} $`) },
    ],
    series: [
      {},
      { stroke: line ?? "#06c", width: 2, points: { show: false }, ...(steps === undefined ? {} : { paths: steps }) },
      {
        stroke: warm ?? "#c60",
        width: 1,
        dash: [4, 4],
        scale: "nodes",
        points: { show: false },
        ...(steps === undefined ? {} : { paths: steps }),
      },
    ],
  };
}

/** Cost holds until it changes. */
const steps = uPlot.paths.stepped?.({ align: 1 });

/** Seconds since the epoch; hours, minutes and seconds in UTC, as the logs have them. */
const utcTime = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 19);

const utcDate = (seconds: number): Date => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
