import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withInputFlags } from "../offline/open-input.ts";
import { type PlanFlags, runPlan } from "../plan/run-plan.ts";

/** `karpenter plan`: what the controller would do now, from a cluster that is only read (product 4). */
export function planCommand(program: Command, { terminal, finish }: CommandContext): void {
  withInputFlags(
    program
      .command("plan")
      .description("What the controller would launch and remove now, and why the rest is kept; reads, writes nothing."),
  )
    .addOption(new Option("-o, --output <form>", "form").choices(["table", "json", "yaml"]).default("table"))
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter plan -f samples/application.yaml -f samples/pools.yaml\n  karpenter plan --kubeconfig ~/.kube/config --output json\n",
    )
    .action(async (flags: PlanFlags) => finish(await runPlan(flags, terminal)));
}
