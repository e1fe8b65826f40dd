import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { durationValue, portValue, regionValue, scaleValue, type UpOptions } from "../up/options.ts";
import { runUp } from "../up/run-up.ts";

interface Flags {
  readonly filename?: readonly string[];
  readonly until?: "settled";
  readonly timeout: number;
  readonly output: "table" | "json";
  readonly logFormat: "text" | "json";
  readonly apiPort: number;
  readonly httpPort: number;
  readonly kubeconfigOut: string;
  readonly timeScale: number;
  readonly seed?: string;
  readonly region: string;
  readonly debugLog?: string;
}

/** `karpenter up`: the embedded cluster with the controller inside. */
export function upCommand(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("up")
    .description("Boot an embedded cluster with the controller inside, apply manifests, and print each decision.")
    .option("-f, --filename <place...>", "files, folders or - for standard input; the sample application when absent")
    .addOption(new Option("--until <event>", "stop then and print a summary").choices(["settled"]))
    .option("--timeout <duration>", "longest wait of --until", durationValue, 120_000)
    .addOption(new Option("-o, --output <form>", "form of the summary").choices(["table", "json"]).default("table"))
    .addOption(
      new Option("--log-format <form>", "form of the decision lines").choices(["text", "json"]).default("text"),
    )
    .option("--api-port <port>", "port of the API server, 0 for a free one", portValue, 6443)
    .option("--http-port <port>", "port of the status page, 0 for a free one", portValue, 8080)
    .option("--kubeconfig-out <file>", "where the kubeconfig is written", ".karpenter/kubeconfig")
    .option("--time-scale <factor>", "how many times faster than the wall clock the cluster runs", scaleValue, 1)
    .option("--seed <text>", "draws names and delays from a seed; equal as far as the order of events is")
    .option("--region <name>", "region of the simulated account", regionValue, "us-east-1")
    .option("--debug-log <file>", "write the log of all parts there")
    .addHelpText("after", examples)
    .action(async (flags: Flags) => finish(await runUp(optionsOf(flags), terminal)));
}

const examples = `
Examples:
  karpenter up
  karpenter up -f manifests/ --until settled --output json
`;

function optionsOf(flags: Flags): UpOptions {
  const { filename, until, timeout, seed, debugLog, ...rest } = flags;
  return { ...rest, files: filename ?? [], until, timeoutMilliseconds: timeout, seed, debugLog };
}
