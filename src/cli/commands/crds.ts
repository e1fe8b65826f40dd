import { type Command, Option } from "commander";
import { stringify } from "yaml";
import { customResourceDefinitions } from "../../api/index.ts";
import type { CommandContext } from "../command-context.ts";

/** `karpenter crds`: prints the CustomResourceDefinitions, ready for `kubectl apply -f -`. */
export function crdsCommand(program: Command, { terminal }: CommandContext): void {
  program
    .command("crds")
    .description("Print the CustomResourceDefinitions.")
    .addOption(new Option("-o, --output <form>", "form of the output").choices(["yaml", "json"]).default("yaml"))
    .addHelpText("after", "\nExample:\n  karpenter crds | kubectl apply --server-side -f -\n")
    .action(({ output }: { readonly output: "yaml" | "json" }) => {
      const text =
        output === "json"
          ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: customResourceDefinitions })}\n`
          : customResourceDefinitions
              .map((definition) => stringify(definition, { aliasDuplicateObjects: false }))
              .join("---\n");
      terminal.output.write(text);
    });
}
