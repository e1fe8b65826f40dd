import { type Command, InvalidArgumentError, Option } from "commander";
import { parseNillableDurationMillis } from "../../api/index.ts";
import { catalogueRegions } from "../../provider-aws/catalogue/index.ts";
import type { CommandContext } from "../command-context.ts";
import { collect } from "../offline/offline-flags.ts";
import { type ReplayFlags, runReplay } from "../replay/run-replay.ts";

/** `karpenter replay`: a time series of pods against pools, days in seconds (product 4). */
export function replayCommand(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("replay")
    .description("Play a time series of pods against pools: dollars, waiting, evictions, nodes over time.")
    .argument("<trace>", "CSV of time,action,workload,cpu,memory,gpu,count; an Alibaba pod list; decision records; -")
    .option("--with <place>", "file or folder with the pools to play against; again for another setting", collect)
    .addOption(
      new Option("--region <name>", "region whose machines and zones are used")
        .choices([...catalogueRegions()])
        .default("us-east-1"),
    )
    .option("--prices <file>", "own prices: CSV of type,price, or YAML with onDemand, spot and discounts")
    .option("--startup <duration>", "from a machine's launch until pods run on it", millis, 60_000)
    .option("--consolidate-every <duration>", "how often repacking is looked for; Never for not at all", millis)
    .option("--chart <file>", "write nodes and cost over time as SVG")
    .addOption(
      new Option("-o, --output <form>", "form").choices(["table", "json", "yaml", "markdown"]).default("table"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter replay samples/studies/trace.csv --consolidate-every 6h\n  karpenter replay samples/studies/trace.csv --with samples/pools.yaml --with samples/studies/on-demand-pools.yaml --consolidate-every 6h --output markdown\n\nWhat a cluster did can be played again: karpenter up --log-format json > decisions.jsonl\n",
    )
    .action(async (trace: string, flags: ReplayFlags) => finish(await runReplay(trace, flags, terminal)));
}

function millis(text: string): number {
  const value = parseNillableDurationMillis(text);
  if (value !== undefined && value >= 0) return value;
  throw new InvalidArgumentError(`"${text}" is no duration; expected 60s, 10m, 2h or Never`);
}
