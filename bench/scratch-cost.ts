import { readdirSync } from "node:fs";
import { provision } from "../src/core/index.ts";
import { readCase, snapshotOf } from "../test/corpus/read-case.ts";
const folder = process.env["CORPUS"] ?? "/work/shared/corpus";
const only = process.argv[2];
let sums = new Map<string, number[]>();
for (const f of readdirSync(`${folder}/cost`)) {
  if (only && !f.includes(only)) continue;
  const { case: c, result } = readCase(folder, `cost/${f}`);
  const s = snapshotOf(folder, c);
  const t = performance.now();
  const plan = provision(s);
  const ms = performance.now() - t;
  const b = result.bound!;
  const gap = plan.pricePerHour / b.lpPerClass;
  const group =
    f.includes("-all") || f.includes("gpu20") || f.includes("-gpu-")
      ? "all"
      : f.includes("amd64")
        ? "amd64"
        : f.includes("-od")
          ? "od"
          : "spot";
  const g = sums.get(group) ?? [];
  g.push(gap, b.greedyFeasible / b.lpPerClass);
  sums.set(group, g);
  console.log(
    f.padEnd(44),
    "pods",
    c.pendingPods.length,
    "unplaced",
    plan.unplaced.length,
    "nodes",
    plan.claims.length,
    "/",
    result.stats.newNodeClaims,
    "price",
    plan.pricePerHour.toFixed(4),
    "bound",
    b.lpPerClass.toFixed(4),
    "gap",
    ((gap - 1) * 100).toFixed(2),
    "greedy",
    ((b.greedyFeasible / b.lpPerClass - 1) * 100).toFixed(2),
    "ref",
    ((result.stats.totalCheapestPrice / b.lpPerClass - 1) * 100).toFixed(1),
    ms.toFixed(0) + "ms",
  );
  if (plan.unplaced[0]) console.log("   ", plan.unplaced[0].message.slice(0, 300));
}
for (const [k, v] of sums) {
  const ours = v.filter((_, i) => i % 2 === 0),
    gr = v.filter((_, i) => i % 2 === 1);
  const m = (a: number[]) => ((a.reduce((x, y) => x + y, 0) / a.length - 1) * 100).toFixed(2);
  console.log(k, ours.length, "mean gap", m(ours), "greedy", m(gr));
}
