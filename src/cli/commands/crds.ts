import { type Command, Option } from "commander";
import { stringify } from "yaml";
import {
  customResourceDefinitions,
  eraCustomResourceDefinitions,
  installedCustomResourceDefinitions,
} from "../../api/index.ts";
import type { CommandContext } from "../command-context.ts";

interface CrdsOptions {
  readonly output: "yaml" | "json";
  readonly all: boolean;
  readonly era: "v1" | "v1alpha5";
}

/** `karpenter crds`: prints the CustomResourceDefinitions, ready for `kubectl apply -f -`. */
export function crdsCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("crds")
    .description("Print the CustomResourceDefinitions that an installation needs.")
    .option("--all", "those of simulators and tests too", false)
    .addOption(new Option("--era <era>", "those of an older era").choices(["v1", "v1alpha5"]).default("v1"))
    .addOption(new Option("-o, --output <form>", "form of the output").choices(["yaml", "json"]).default("yaml"))
    .addHelpText(
      "after",
      "\nExamples:\n  karpenter crds | kubectl apply --server-side -f -\n  karpenter crds --era v1alpha5 | kubectl apply --server-side -f -\n",
    )
    .action(({ output, all, era }: CrdsOptions) => {
      const ofEra = era === "v1alpha5" ? eraCustomResourceDefinitions : installedCustomResourceDefinitions;
      const definitions = all ? customResourceDefinitions : ofEra;
      const text =
        output === "json"
          ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions })}\n`
          : definitions.map((definition) => stringify(definition, { aliasDuplicateObjects: false })).join("---\n");
      terminal.output.write(text);
    });
}
