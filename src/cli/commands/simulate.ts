import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { collect, withOfflineFlags } from "../offline/offline-flags.ts";
import { runSimulate, type SimulateFlags } from "../simulate/run-simulate.ts";

/** `karpenter simulate`: what machines an input would get, for how much, and what has no place and why (product 4.2). */
export function simulateCommand(program: Command, { terminal, finish }: CommandContext): void {
  withOfflineFlags(
    program
      .command("simulate")
      .description("Schedule manifests or a snapshot offline: machines, cost, pods left over."),
  )
    .option("--compare <place>", "print what changes from the input to this one; may be given again", collect)
    .option("--consolidate", "go on with what consolidation would do, until it finds nothing more", false)
    .addOption(
      new Option("-o, --output <form>", "form").choices(["table", "json", "yaml", "markdown"]).default("table"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter simulate -f samples/application.yaml -f samples/pools.yaml\n  karpenter simulate -f samples/application.yaml --scale web=20 --output json\n  helm template CHART | karpenter simulate -f - -f pools.yaml --output markdown\n",
    )
    .action(async (flags: SimulateFlags) => finish(await runSimulate(flags, terminal)));
}
