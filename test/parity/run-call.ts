/** Runs one call of the parity list against one server. */
import type { KubeObject } from "../../src/api/index.ts";
import { evenOut } from "./even-out.ts";
import { runKubectl, type KubectlPlace } from "./kubectl.ts";
import type { ParityCall, ParityStep, StepOutcome } from "./parity-call.ts";

const wordsOf = (step: ParityStep, { namespace }: KubectlPlace): readonly string[] =>
  (typeof step.argv === "string" ? step.argv.split(" ") : step.argv).map((word) => word.replaceAll("{ns}", namespace));

function inputOf(input: ParityStep["input"]): string {
  if (input === undefined || typeof input === "string") return input ?? "";
  return (Array.isArray(input) ? input : [input]).map((object) => JSON.stringify(object)).join("\n");
}

async function must(place: KubectlPlace, words: readonly string[], input = ""): Promise<void> {
  const run = await runKubectl(place, words, { input });
  if (run.exitCode !== 0) throw new Error(`setup failed: kubectl ${words.join(" ")}: ${run.stdout}${run.stderr}`);
}

async function runStep(place: KubectlPlace, step: ParityStep): Promise<readonly StepOutcome[]> {
  const words = wordsOf(step, place);
  const begun = Promise.withResolvers<void>();
  const running = runKubectl(place, words, {
    input: inputOf(step.input),
    ...(step.env === undefined ? {} : { env: step.env }),
    onFirstOutput: begun.resolve,
  });
  const others: StepOutcome[] = [];
  if (step.meanwhile !== undefined) {
    await Promise.race([begun.promise, running]);
    for (const other of step.meanwhile) others.push(...(await runStep(place, other)));
  }
  const run = await running;
  const streams = step.streams ?? ["stdout", "stderr"];
  const linesOf = (stream: "stdout" | "stderr"): readonly string[] =>
    streams.includes(stream)
      ? evenOut(run[stream], {
          unordered: step.unordered === true,
          ...(step.only === undefined ? {} : { only: step.only }),
        })
      : [];
  const outcome = {
    command: words.join(" "),
    exitCode: run.exitCode,
    stdout: linesOf("stdout"),
    stderr: linesOf("stderr"),
  };
  return [outcome, ...others];
}

const isNamespaced = (object: KubeObject): boolean =>
  !["Node", "NodePool", "EC2NodeClass", "PriorityClass", "StorageClass"].includes(object.kind);

/** Runs a call in a namespace of its own, which is gone or going afterwards, with what it made in the cluster. */
export async function runCall(on: Omit<KubectlPlace, "namespace">, call: ParityCall): Promise<readonly StepOutcome[]> {
  const place = { ...on, namespace: `p-${call.name}` };
  await must(place, ["create", "namespace", place.namespace]);
  const setup = call.setup ?? [];
  try {
    await must(place, ["wait", "--for=create", "serviceaccount/default", "--timeout=240s"]);
    if (setup.length > 0) await must(place, ["create", "-f", "-"], inputOf(setup));
    for (const words of call.ready ?? []) await must(place, words.split(" "));
    const outcomes: StepOutcome[] = [];
    for (const step of call.script) outcomes.push(...(await runStep(place, step)));
    return outcomes;
  } finally {
    const made = setup.filter((object) => !isNamespaced(object));
    if (made.length > 0) await must(place, ["delete", "--ignore-not-found", "--wait=false", "-f", "-"], inputOf(made));
    await must(place, ["delete", "namespace", place.namespace, "--wait=false", "--ignore-not-found"]);
  }
}
