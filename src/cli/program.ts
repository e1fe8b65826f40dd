import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { CliError, exitCodes } from "./cli-error.ts";
import { convertCommand } from "./commands/convert.ts";
import { crdsCommand } from "./commands/crds.ts";
import { faultCommand } from "./commands/fault.ts";
import { lintCommand } from "./commands/lint.ts";
import { explainCommand } from "./commands/explain.ts";
import { instanceTypesCommand } from "./commands/instance-types.ts";
import { planCommand } from "./commands/plan.ts";
import { replayCommand } from "./commands/replay.ts";
import { simulateCommand } from "./commands/simulate.ts";
import { snapshotCommand } from "./commands/snapshot.ts";
import { topCommand } from "./commands/top.ts";
import { upCommand } from "./commands/up.ts";
import type { CommandContext } from "./command-context.ts";
import type { Terminal } from "./terminal.ts";

/** Runs one command line; resolves with the exit code and never rejects for a fault of the user's. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = await createProgram(argv, { terminal, finish });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse;
    if (error instanceof CliError) {
      terminal.errors.write(`karpenter: ${error.message}\n`);
      return error.exitCode;
    }
    if (terminal.signal.aborted) {
      terminal.errors.write("karpenter: stopped before it was done\n");
      return exitCodes.interrupted;
    }
    const lost = causes(error).find(({ name }) => name === "LeadershipLost");
    if (lost === undefined) throw error;
    terminal.errors.write(`karpenter: ${lost.message}; ended, as another may lead now\n`);
    return exitCodes.findings;
  }
}

/** An error and what was underneath, outermost first. */
function causes(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

/** Commands whose flags are not the controller's: for these the controller is not loaded, which takes most of a second. */
const withoutController: ReadonlySet<string> = new Set([
  "simulate",
  "instance-types",
  "explain",
  "plan",
  "replay",
  "top",
  "snapshot",
  "convert",
  "crds",
  "lint",
  "fault",
]);

/** As the package states it, in a checkout and where it is installed. */
function versionText(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function createProgram(argv: readonly string[], { terminal, finish }: CommandContext): Promise<Command> {
  const program = new Command("karpenter")
    .description(
      "A node autoscaler for Kubernetes: the cheapest machines that fit, in milliseconds, with a reason for each.",
    )
    .version(versionText(), "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
    })
    .showHelpAfterError("(karpenter --help shows the commands)");
  const isLight = withoutController.has(argv[0] ?? "");
  const heavy = isLight ? [] : [(await import("./commands/controller.ts")).controllerCommand];
  for (const add of [
    upCommand,
    ...heavy,
    faultCommand,
    convertCommand,
    crdsCommand,
    simulateCommand,
    instanceTypesCommand,
    explainCommand,
    planCommand,
    replayCommand,
    topCommand,
    snapshotCommand,
    lintCommand,
  ])
    add(program, { terminal, finish });
  return program;
}
