import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { type LocalCloud, localClouds } from "../clouds/cloud.ts";
import type { CommandContext } from "../command-context.ts";
import type { Terminal } from "../terminal.ts";
import { durationValue, portValue, scaleValue, type UpOptions } from "../up/options.ts";

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
  readonly cloud: LocalCloud;
  readonly instanceTypesFilePath?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly only?: "kubelets";
}

/** `karpenter up`: the embedded cluster with the controller inside. */
export function upCommand(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command("up")
    .description(
      "Boot an embedded cluster (or take a test cluster) with the controller inside, apply manifests, print each decision.",
    )
    .option("-f, --filename <place...>", "files, folders or - for standard input; the sample application when absent")
    .addOption(new Option("--until <event>", "stop then and print a summary").choices(["settled"]))
    .option("--timeout <duration>", "longest wait of --until", durationValue, 120_000)
    .addOption(new Option("-o, --output <form>", "form of the summary").choices(["table", "json"]).default("table"))
    .addOption(
      new Option("--log-format <form>", "form of the decision lines").choices(["text", "json"]).default("text"),
    )
    .option("--api-port <port>", "port of the API server, 0 for a free one", portValue, 6443)
    .option("--http-port <port>", "port of the dashboard, 0 for a free one", portValue, 8080)
    .option("--kubeconfig-out <file>", "where the kubeconfig is written", ".karpenter/kubeconfig")
    .option("--time-scale <factor>", "how many times faster than the wall clock the cluster runs", scaleValue, 1)
    .option("--seed <text>", "draws names and delays from a seed; equal as far as the order of events is")
    .addOption(
      new Option("--cloud <name>", "machines of a simulated account, or kwok: nodes without machines")
        .choices([...localClouds])
        .default("simulated"),
    )
    .option("--region <name>", "region of the simulated account", "us-east-1")
    .option(
      "--instance-types-file-path <file>",
      "JSON file of the types that kwok offers; generic ones when absent (env: INSTANCE_TYPES_FILE_PATH)",
    )
    .option("--kubeconfig <file>", "work on this test cluster instead of an embedded one; nothing but -f is applied")
    .option("--context <name>", "context of that kubeconfig")
    .addOption(
      new Option("--only <part>", "with --kubeconfig: play the kubelets of fake nodes, and nothing else").choices([
        "kubelets",
      ]),
    )
    .option("--debug-log <file>", "write the log of all parts there")
    .addHelpText("after", examples)
    .action(async (flags: Flags) => finish(await run(optionsOf(flags, terminal.environment), terminal)));
}

const examples = `
Examples:
  karpenter up
  karpenter up -f manifests/ --until settled --output json
  karpenter up --cloud kwok
`;

function optionsOf(flags: Flags, environment: Terminal["environment"]): UpOptions {
  const { filename, until, timeout, seed, debugLog, kubeconfig, context, only, instanceTypesFilePath, ...rest } = flags;
  const fromEnvironment = environment.INSTANCE_TYPES_FILE_PATH || undefined;
  return {
    ...rest,
    files: filename ?? [],
    until,
    timeoutMilliseconds: timeout,
    seed,
    debugLog,
    kubeconfig,
    context,
    only,
    instanceTypesFilePath: instanceTypesFilePath ?? fromEnvironment,
  };
}

async function run(options: UpOptions, terminal: Terminal): Promise<number> {
  const contradiction = findContradiction(options);
  if (contradiction !== undefined) throw new CliError(contradiction);
  const { only, kubeconfig } = options;
  // Loaded when wanted: a controller has no use for an embedded cluster, nor kubelets for a controller.
  if (only === "kubelets" && kubeconfig !== undefined) {
    const { runKubelets } = await import("../up/run-kubelets.ts");
    return runKubelets({ ...options, kubeconfig }, terminal);
  }
  const { runUp } = await import("../up/run-up.ts");
  return runUp(options, terminal);
}

/** Options that cannot both be meant. */
function findContradiction({ kubeconfig, context, only, timeScale, files, until }: UpOptions): string | undefined {
  if (kubeconfig === undefined) {
    if (only !== undefined) return "--only kubelets needs --kubeconfig: the cluster whose fake nodes they play";
    return context === undefined ? undefined : "--context needs --kubeconfig";
  }
  if (timeScale !== 1)
    return "--time-scale is for the embedded cluster; the parts of a given one run on the wall clock";
  if (only === undefined) return undefined;
  if (files.length > 0) return "--only kubelets applies nothing; leave out -f";
  return until === undefined ? undefined : "--only kubelets runs until it is stopped; leave out --until";
}
