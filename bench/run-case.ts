/** Runs one bench case in this process and prints its line as JSON. Started by run.ts, once for each case. */
import { createHash } from "node:crypto";
import { provision } from "../src/core/index.ts";
import { verifyPlan } from "../test/oracle/verify-plan.ts";
import { schedulingCases } from "./cases/scheduling.ts";

const name = process.argv[2];
const bench = schedulingCases.find((each) => each.name === name);
if (bench === undefined) throw new Error(`no bench case is called ${JSON.stringify(name)}`);

const { snapshot, options } = bench.make();
const inputHash = createHash("sha256").update(JSON.stringify(snapshot.pendingPods)).digest("hex").slice(0, 16);
const start = performance.now();
const plan = provision(snapshot, options);
const seconds = (performance.now() - start) / 1000;
const faults = verifyPlan(snapshot, plan, options);
if (faults.length > 0) throw new Error(`${bench.name}: the plan is wrong: ${faults.slice(0, 5).join("; ")}`);

const line = {
  schema: "bench/1",
  name: bench.name,
  seconds: Number(seconds.toFixed(4)),
  pods: snapshot.pendingPods.length,
  placed: snapshot.pendingPods.length - plan.unplaced.length,
  nodes: plan.claims.length,
  pricePerHour: Number(plan.pricePerHour.toFixed(6)),
  peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  inputHash,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
