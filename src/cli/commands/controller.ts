import { type Command, Option } from "commander";
import { optionSchema } from "../../operator/index.ts";
import type { CommandContext } from "../command-context.ts";
import { type Cloud, clouds } from "../clouds/cloud.ts";
import { runController } from "../controller/run-controller.ts";

/** `karpenter controller`: the controller on a cluster that exists. */
export function controllerCommand(program: Command, { terminal, finish }: CommandContext): void {
  const command = program
    .command("controller")
    .description("Run the controller on the cluster of a kubeconfig, or on the one this process runs in.")
    .option("--kubeconfig <file>", "kubeconfig (env: KUBECONFIG); inside a cluster the service account is used")
    .option("--context <name>", "context of the kubeconfig")
    .addOption(
      new Option(
        "--cloud <name>",
        "where machines come from; simulated and kwok are for test clusters: stand-in machines, or nodes without any",
      )
        .choices([...clouds])
        .default("aws"),
    )
    .option("--region <name>", "region of the simulated account", "us-east-1");
  for (const { flag, env, help, fallback } of Object.values(optionSchema)) {
    command.addOption(new Option(`--${flag} <value>`, `${help} (env: ${env}, default: ${JSON.stringify(fallback)})`));
  }
  command.addHelpText("after", examples).action(async (flags: Readonly<Record<string, string>>) => {
    const { kubeconfig, context, cloud = "aws", region = "us-east-1", ...rest } = flags;
    const text = Object.fromEntries(Object.entries(rest).map(([name, value]) => [kebab(name), value]));
    finish(await runController({ kubeconfig, context, cloud: cloud as Cloud, region, flags: text }, terminal));
  });
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const examples = `
Examples:
  karpenter controller --kubeconfig .karpenter/kubeconfig --cloud simulated --mode observe
  karpenter controller --kubeconfig ~/.kube/test-cluster --cloud kwok --instance-types-file-path types.json
`;
