/** Runs one bench case in this process and prints its line as JSON. Started by run.ts, once for each case. */
import { benchCases } from "./cases/index.ts";

const name = process.argv[2];
const bench = benchCases.find((each) => each.name === name);
if (bench === undefined) throw new Error(`no bench case is called ${JSON.stringify(name)}`);

const { seconds, pricePerHour, ...rest } = await bench.measure();
const line = {
  schema: "bench/1",
  name: bench.name,
  seconds: Number(seconds.toFixed(4)),
  pricePerHour: Number(pricePerHour.toFixed(6)),
  ...rest,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
