import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { type ExplainFlags, runExplain } from "../explain/run-explain.ts";
import { withInputFlags } from "../offline/open-input.ts";

/** `karpenter explain`: why a pod waits or a node stays, and the nearest change that alters it (product 4). */
export function explainCommand(program: Command, { terminal, finish }: CommandContext): void {
  withInputFlags(
    program
      .command("explain")
      .description(
        "Why a pod is pending, why a node is kept, and what would change that; from files or a live cluster.",
      )
      .argument("<object>", "pod/NAME, pod/NAMESPACE/NAME, node/NAME or nodeclaim/NAME"),
  )
    .option("-n, --namespace <name>", "namespace of the pod")
    .addOption(new Option("-o, --output <form>", "form").choices(["table", "json", "yaml"]).default("table"))
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter explain pod/web -f samples/application.yaml -f samples/pools.yaml\n  karpenter explain node/ip-10-0-1-23 --kubeconfig ~/.kube/config\n",
    )
    .action(async (object: string, flags: ExplainFlags) => finish(await runExplain(object, flags, terminal)));
}
