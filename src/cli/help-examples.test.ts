import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileWith, runCommand } from "../../test/builders/cli.ts";
import { parseManifests } from "../manifests/index.ts";
import { runCli } from "./program.ts";

/** Commands whose examples need nothing but files. */
const offline = [
  "simulate",
  "instance-types",
  "explain",
  "plan",
  "snapshot",
  "replay",
  "top",
  "lint",
  "convert",
  "crds",
];
/** Commands that start a cluster, or act on one that runs. */
const live = ["up", "fault", "controller"];
/** Commands that may answer "no" (exit 1): what the examples are about is in the project's own files. */
const mayFind: ReadonlySet<string> = new Set(["lint", "convert"]);

/** What a reader puts in its place, and files of the project that stand for it. */
const standIns: Readonly<Record<string, string>> = {
  "pools.yaml": "samples/pools.yaml",
  "provisioner.yaml": "samples/v1alpha5/pools.yaml",
};

async function examplesOf(command: string): Promise<readonly string[]> {
  const { output } = await runCommand([command, "--help"]);
  const lines = output
    .slice(output.indexOf("Examples:"))
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => /^(karpenter|helm) /.test(line));
}

const isOfCluster = (example: string): boolean => example.includes("--kubeconfig");

/** Words of a command line; what stands in quotes is one. */
const wordsOf = (text: string): readonly string[] =>
  (text.match(/'[^']*'|\S+/g) ?? []).map((word) => standIns[word] ?? word.replaceAll("'", ""));

interface Piped {
  readonly exitCode: number;
  readonly text: string;
}

/** One command of a pipe, with what came before on its standard input. Redirections end in the folder of the test. */
async function runPart(part: string, input: string): Promise<Piped> {
  const [command = "", rest = ""] = part.split(/ (.*)/s);
  if (command === "helm") return { exitCode: 0, text: readFileSync("samples/application.yaml", "utf8") };
  if (command === "kubectl") {
    const { objects, problems } = parseManifests("standard input", input);
    return { exitCode: problems.length === 0 && objects.length > 0 ? 0 : 1, text: "applied" };
  }
  const [line = "", redirection] = rest.split(/ (2?)> \S+$/);
  const { exitCode, output, errors } = await runCommand(wordsOf(line), input);
  return { exitCode, text: redirection === "2" ? errors : output };
}

async function runExample(example: string): Promise<Piped> {
  let last: Piped = { exitCode: 0, text: "" };
  for (const part of example.split(" | ")) last = await runPart(part, last.text);
  return last;
}

describe("examples of --help", () => {
  it("are those of every command", async () => {
    const { output } = await runCommand(["--help"]);
    const commands = [...output.slice(output.indexOf("Commands:")).matchAll(/^ {2}([a-z][\w-]*)/gm)];
    const names = commands.map(([, name = ""]) => name).filter((name) => name !== "help");
    expect(names.toSorted()).toEqual([...offline, ...live].toSorted());
  });

  it.each(offline)(
    "of %s work as pasted",
    async (command) => {
      const examples = (await examplesOf(command)).filter((example) => !isOfCluster(example));
      expect(examples).not.toEqual([]);
      for (const example of examples) {
        const { exitCode, text } = await runExample(example);
        expect([example, exitCode <= (mayFind.has(command) ? 1 : 0), text === ""]).toEqual([example, true, false]);
      }
    },
    120_000,
  );
});

interface Running {
  /** Resolves once what was awaited has come; rejects when the command ends before. */
  readonly begun: Promise<void>;
  stop(): Promise<number>;
}

/** A command that runs until it is stopped; it has begun once a text is in its output, or in a file that it writes. */
function startRunning(words: readonly string[], sign: string, logFile?: string): Running {
  const ended = new AbortController();
  let seen = "";
  const listen = (): PassThrough => new PassThrough().on("data", (chunk: Buffer) => void (seen += chunk.toString()));
  const surroundings = { input: Readable.from([]), environment: {}, signal: ended.signal };
  const exit = runCli(words, { ...surroundings, output: listen(), errors: listen() });
  const begun = async (): Promise<void> => {
    let over = false;
    void exit.finally(() => {
      over = true;
    });
    const hasBegun = (): boolean => seen.includes(sign) || textOf(logFile).includes(sign);
    while (!hasBegun()) {
      if (over) throw new Error(`${words.join(" ")} ended before "${sign}":\n${seen}`);
      await setTimeout(100);
    }
  };
  return {
    begun: begun(),
    stop: () => {
      ended.abort(new Error("the test has seen enough"));
      return exit;
    },
  };
}

/** A machine type in the form of `types.json`. */
const machineType = {
  name: "small",
  architecture: "amd64",
  operatingSystems: ["linux"],
  resources: { cpu: "2", memory: "4Gi", pods: "10" },
  offerings: [
    {
      Price: 0.5,
      Available: true,
      Requirements: [
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
        { key: "topology.kubernetes.io/zone", operator: "In", values: ["a"] },
      ],
    },
  ],
};

const textOf = (file: string | undefined): string =>
  file === undefined || !existsSync(file) ? "" : readFileSync(file, "utf8");

describe("examples of --help for a cluster that runs", () => {
  it("work as pasted, each until it is done or has begun", async () => {
    const folder = mkdtempSync(join(tmpdir(), "examples-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const kubeconfig = join(folder, "kubeconfig");
    const free = ["--api-port", "0", "--http-port", "0", "--kubeconfig-out", kubeconfig];
    const cluster = startRunning(["up", ...free, "--debug-log", join(folder, "log")], "initialized");
    onTestFinished(async () => void (await cluster.stop()));
    await cluster.begun;
    const ask = (line: string): Promise<Piped> =>
      runPart(line.replace(/--kubeconfig \S+/, `--kubeconfig ${kubeconfig}`), "");
    const fullest = async (): Promise<string> => {
      const { text } = await ask("karpenter top --once --output json --kubeconfig HERE");
      const nodes = JSON.parse(text) as readonly { readonly name: string; readonly pods: number }[];
      return nodes.toSorted((a, b) => b.pods - a.pods)[0]?.name ?? "";
    };
    const examples = (await Promise.all([...offline, ...live].map(examplesOf))).flat();
    const short = examples.filter((each) => isOfCluster(each) && !/karpenter (controller|up)/.test(each));
    expect(short.length).toBeGreaterThanOrEqual(4);
    for (const example of short) {
      const named = example.replace("ip-10-0-1-23", await fullest());
      const { exitCode } = await ask(named.replace("cluster.json", join(folder, "dump.json")));
      // A "no" is an answer too: whether all pods have a place yet hangs on when it is asked.
      expect([example, exitCode <= 1]).toEqual([example, true]);
    }
    for (const example of await examplesOf("fault")) {
      const line = example.replace("karpenter fault", "karpenter fault --kubeconfig HERE");
      expect([example, await ask(line)]).toEqual([
        example,
        { exitCode: 0, text: expect.stringMatching(/\S/) as string },
      ]);
    }
    const typesFile = fileWith(JSON.stringify([machineType]), "types.json");
    for (const example of await examplesOf("controller")) {
      const log = join(folder, `${example.length}.log`);
      const line = example.replace(/--kubeconfig \S+/, `--kubeconfig ${kubeconfig}`).replace("types.json", typesFile);
      const own = ["--metrics-port", "0", "--health-probe-port", "0", "--log-output-paths", log];
      const controller = startRunning([...wordsOf(line).slice(1), ...own], '"controllers":[', log);
      await controller.begun;
      expect([example, await controller.stop()]).toEqual([example, 0]);
    }
  }, 300_000);
});
