import { type Command, Option } from "commander";
import { stringify } from "yaml";
import { customResourceDefinitions, installedCustomResourceDefinitions } from "../../api/index.ts";
import type { CommandContext } from "../command-context.ts";

/** `karpenter crds`: prints the CustomResourceDefinitions, ready for `kubectl apply -f -`. */
export function crdsCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("crds")
    .description("Print the CustomResourceDefinitions that an installation needs.")
    .option("--all", "those of simulators and tests too", false)
    .addOption(new Option("-o, --output <form>", "form of the output").choices(["yaml", "json"]).default("yaml"))
    .addHelpText("after", "\nExample:\n  karpenter crds | kubectl apply --server-side -f -\n")
    .action(({ output, all }: { readonly output: "yaml" | "json"; readonly all: boolean }) => {
      const definitions = all ? customResourceDefinitions : installedCustomResourceDefinitions;
      const text =
        output === "json"
          ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions })}\n`
          : definitions.map((definition) => stringify(definition, { aliasDuplicateObjects: false })).join("---\n");
      terminal.output.write(text);
    });
}
