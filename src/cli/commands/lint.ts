import { type Command, Option } from "commander";
import { severities } from "../../advisor/index.ts";
import type { CommandContext } from "../command-context.ts";
import { type LintFlags, lintOutputs, runLint } from "../lint/run-lint.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `karpenter lint`: best practices as rules that can be run (spec: v1alpha5 6, product 4). */
export function lintCommand(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("lint")
    .description("Check manifests, clusters, controller logs, use figures and the AWS account against best practices.")
    .option("-f, --filename <place>", "file, folder, or - for standard input; may be given again", collect, [])
    .option("--dump <place>", "objects of a running cluster with their status; may be given again", collect, [])
    .option("--logs <file>", "controller log; may be given again", collect, [])
    .option("--cluster", "look at a running cluster, which is only read", false)
    .option("--kubeconfig <file>", "kubeconfig of that cluster (env: KUBECONFIG)")
    .option("--context <name>", "context of the kubeconfig")
    .option("--metrics <file>", "use figures, as docs/lint.md says how to get them")
    .option("--endpoints <file>", "VPC endpoints that a private cluster is to have (KBP201), one a line")
    .option("--aws", "look at the AWS account, which is only read", false)
    .option("--cluster-name <name>", "EKS name of the cluster, where no object tells it")
    .option(
      "--region <region>",
      "region of the machine types (default: us-east-1) and of the account (default: AWS_REGION)",
    )
    .addOption(new Option("-o, --output <form>", "form of the findings").choices([...lintOutputs]).default("table"))
    .addOption(
      new Option("--fail-on <severity>", "exit 1 from this severity on (default: warning)").choices([
        ...severities,
        "never",
      ]),
    )
    .option("--ignore <rule>", "leave a rule out; may be given again", collect, [])
    .option("--config <file>", "figures and accepted findings, as karpenter-lint.yaml")
    .option("--baseline <file>", "tell only findings that this file does not have")
    .option("--write-baseline <file>", "write the findings there instead of telling them")
    .option(
      "--fix",
      "write the fixes that are safe into the files, and print the others as patches, of a cluster as commands",
      false,
    )
    .option("--cost", "ask the engine what findings cost or risk", false)
    .option("--explain <rule>", "what a rule says, why, how to fix it, how to silence it")
    .option("--rules", "list the rules that are built", false)
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter lint -f samples\n  karpenter lint -f samples --output sarif > lint.sarif\n  karpenter lint --explain KBP401\n",
    )
    .action(async (flags: LintFlags) => finish(await runLint(flags, terminal, new Date())));
}
