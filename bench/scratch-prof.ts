import { provision } from "../src/core/index.ts";
import { schedulingCases } from "./cases/scheduling.ts";
const b = schedulingCases.find(c => c.name === process.argv[2])!.make();
const t = performance.now(); const plan = provision(b.snapshot, b.options);
console.log((performance.now() - t).toFixed(0), "ms", plan.claims.length, plan.work);
