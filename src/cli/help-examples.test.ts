import { describe, expect, it } from "vitest";
import { runCommand } from "../../test/builders/cli.ts";

/** Examples that need nothing but the project's own files: each is run as it stands. */
async function examplesOf(command: string): Promise<readonly string[]> {
  const { output } = await runCommand([command, "--help"]);
  const lines = output
    .slice(output.indexOf("Examples:"))
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line.startsWith("karpenter ") && !line.includes("kubeconfig"));
}

describe("examples of --help", () => {
  it.each(["simulate", "instance-types", "explain", "plan", "snapshot", "replay", "top"])(
    "of %s work as pasted",
    async (command) => {
      const examples = await examplesOf(command);
      expect(examples).not.toEqual([]);
      for (const example of examples) {
        const { exitCode, output } = await runCommand(example.split(" ").slice(1));
        expect([example, exitCode, output === ""]).toEqual([example, 0, false]);
      }
    },
    120_000,
  );
});
