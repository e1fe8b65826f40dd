/** `node test/nightly/mixed-week.ts [--days 7] [--seed 1]`: both eras in one cluster through a week; exit 1 on any fault. */
import { parseArgs } from "node:util";
import { liveMixed } from "../legacy/mixed-week.ts";

const { values } = parseArgs({
  options: { days: { type: "string", default: "7" }, seed: { type: "string", default: "1" } },
});
const days = Number(values.days);
const life = await liveMixed({ seed: Number(values.seed), hours: days * 24, everyHours: 4 });
console.log(JSON.stringify({ schema: "mixed-week/1", days, seed: Number(values.seed), ...life }));
process.exit(life.faults.length > 0 ? 1 : 0);
