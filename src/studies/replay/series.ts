import type { FleetChange } from "./fleet.ts";
import type { ReplaySettingReport } from "./report.ts";

const mostPoints = 400;

/** Steps as means over equal spans, so that a long trace fits a chart and a short peak still counts for its length. */
export function seriesOf(changes: readonly FleetChange[], endMillis: number): ReplaySettingReport["series"] {
  const span = Math.max(1, Math.ceil(endMillis / mostPoints));
  const points: (readonly [number, number, number])[] = [];
  let next = 0;
  let current = { nodes: 0, pricePerHour: 0 };
  for (let from = 0; from < endMillis; from += span) {
    const to = Math.min(from + span, endMillis);
    let [nodes, price, since] = [0, 0, from];
    const add = (until: number): void => {
      nodes += current.nodes * (until - since);
      price += current.pricePerHour * (until - since);
      since = until;
    };
    for (let change = changes[next]; change !== undefined && change.at < to; change = changes[next]) {
      add(Math.max(change.at, from));
      current = change;
      next += 1;
    }
    add(to);
    points.push([from / 1000, rounded(nodes / (to - from), 3), rounded(price / (to - from), 6)]);
  }
  return points;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
