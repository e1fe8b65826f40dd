import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { collect } from "../offline/offline-flags.ts";
import { withClusterFlags } from "../offline/open-input.ts";
import { runSnapshot, type SnapshotFlags } from "../snapshot/run-snapshot.ts";

/** `karpenter snapshot`: what the engine needs of a cluster in one file (product 4). */
export function snapshotCommand(program: Command, { terminal, finish }: CommandContext): void {
  withClusterFlags(
    program
      .command("snapshot")
      .description("Dump what the engine needs of a cluster, which is only read, into one file."),
  )
    .option("-f, --filename <place>", "take objects of files instead; may be given again", collect, [])
    .option("--anonymise", "replace names, label values and annotations, each always by the same", false)
    .option("-o, --out <file>", "where to write it; standard output when absent")
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter snapshot --kubeconfig ~/.kube/config --anonymise --out cluster.json\n  karpenter snapshot -f samples/application.yaml -f samples/pools.yaml --anonymise\n",
    )
    .action(async (flags: SnapshotFlags) => finish(await runSnapshot(flags, terminal)));
}
