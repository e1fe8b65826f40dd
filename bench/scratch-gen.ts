import { provision } from "../src/core/index.ts";
import { schedulingCases } from "./cases/scheduling.ts";
const b = schedulingCases[0]!.make();
const plan = provision(b.snapshot, b.options);
const by = new Map<string, [number, number, number, number, number]>();
for (const c of plan.claims) { const k = c.cheapest.instanceType; const e = by.get(k) ?? [0, 0, 0, 0, 0]; e[0]++; e[1] += c.pods.length; e[2] += c.cheapest.price;
 for (const p of c.pods) { const r = p.spec.containers[0]!.resources!.requests!; e[3] += parseInt(String(r.cpu)); e[4] += parseInt(String(r.memory)); } by.set(k, e); }
for (const [k, e] of by) { const n = Number(k.slice(8)) + 1; console.log(k, "x", e[0], "pods", e[1], "$", e[2].toFixed(1), "cpu%", (e[3] / (e[0] * (n * 1000 - 100)) * 100).toFixed(1), "mem%", (e[4] / (e[0] * (n * 2048 - 10)) * 100).toFixed(1)); }
