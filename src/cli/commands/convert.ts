import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { type ConvertFlags, runConvert } from "../convert/run-convert.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** `karpenter convert`: objects of v1alpha5 and v1beta1 to v1, every loss with its place (spec: product 4.2). */
export function convertCommand(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("convert")
    .description("Convert Provisioners, AWSNodeTemplates and objects of v1beta1 to v1, naming every loss.")
    .option("-f, --filename <place>", "file, folder, or - for standard input; may be given again", collect, [])
    .option("--kubeconfig <file>", "without -f: the cluster whose objects of older eras are converted")
    .option("--context <name>", "context of that kubeconfig")
    .option("--check", "print nothing but losses: 0 when there are none and nothing is left to convert", false)
    .option(
      "--compare",
      "print what would be planned differently after conversion, for the workloads of the input",
      false,
    )
    .addOption(
      new Option("-o, --output <form>", "form of the comparison")
        .choices(["table", "json", "markdown"])
        .default("table"),
    )
    .addOption(
      new Option("--defaults <era>", "requirements to write out where a Provisioner lacks them")
        .choices(["baseline", "all", "v0.14", "none"])
        .default("baseline"),
    )
    .addOption(new Option("--losses <form>", "form of the losses").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter convert -f samples/v1alpha5 > v1.yaml\n  karpenter convert -f provisioner.yaml --losses json 2> losses.json\n  karpenter convert -f samples/v1alpha5 --compare\n",
    )
    .action(async (flags: ConvertFlags) => finish(await runConvert(flags, terminal)));
}
