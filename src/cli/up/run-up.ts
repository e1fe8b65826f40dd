import { conditionStatus, conditionTypes, type NodePool, nodePoolType } from "../../api/index.ts";
import { joinManifests, type ManifestSet, positionText } from "../../manifests/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { checkRegion } from "../clouds/region.ts";
import { readInput } from "../input/read-input.ts";
import { perHour, perMonth } from "../output/money.ts";
import { type Paint, painter, type Terminal, wantsColour } from "../terminal.ts";
import { applyManifests, type Refusal, refusalText } from "./apply.ts";
import { decisionJson, decisionLine } from "./decision-line.ts";
import type { UpOptions } from "./options.ts";
import { readSamples, samplesFor } from "./samples.ts";
import { startSession, type UpSession } from "./session.ts";
import { waitUntilSettled } from "./settle.ts";
import { countPods, exitCodeOf, podName, type PodNames, podState, schedulerReason, type UpSummary } from "./summary.ts";

/** Boots the cluster, applies the input, and stays until it has settled or until it is stopped. */
export async function runUp(options: UpOptions, terminal: Terminal): Promise<number> {
  checkRegion(options.region);
  const manifests = await readManifests(options, terminal);
  const says = createReport(options, terminal);
  const session = await startSession(options, terminal.signal);
  try {
    return await useSession({ options, terminal, session, manifests, says });
  } finally {
    await session.stop();
  }
}

/** A cluster of the user's gets what was named and nothing else; the embedded one also what it needs to show something. */
async function readManifests(options: UpOptions, terminal: Terminal): Promise<ManifestSet> {
  const input = options.files.length === 0 ? undefined : await readInput(options.files, terminal.input);
  if (input !== undefined && input.objects.length + input.problems.length === 0)
    throw new CliError(
      `-f ${options.files.join(" ")}: there is no object in it; expected at least one Kubernetes object`,
    );
  const named = input === undefined ? [] : [input];
  if (options.kubeconfig !== undefined) return joinManifests(named);
  return joinManifests([await readSamples(samplesFor(input, options.cloud)), ...named]);
}

interface Use {
  readonly options: UpOptions;
  readonly terminal: Terminal;
  readonly session: UpSession;
  readonly manifests: ManifestSet;
  readonly says: Report;
}

async function useSession({ options, terminal, session, manifests, says }: Use): Promise<number> {
  const { clock, place, operator, signal } = session;
  const started = clock.monotonic();
  says.opened(session);
  operator.decisions.subscribe((decision) =>
    says.line(options.logFormat === "json" ? decisionJson(decision) : decisionLine(decision, says.paint)),
  );
  for (const { position, message } of manifests.problems) says.problem(`${positionText(position)}: ${message}`);
  const { applied, refusals, warnings } = await applyManifests({
    kube: place.kube,
    lookup: place.typeOf,
    objects: manifests.objects,
    foundationsReady: () => poolsReady(session),
    signal,
  });
  for (const refusal of refusals) says.problem(refusalText(refusal));
  for (const warning of warnings) says.problem(warning);
  says.note(`applied ${applied} objects`);
  if (options.until === undefined) {
    await session.done;
    return exitCodes.fine;
  }
  const settled = await waitUntilSettled(
    {
      cluster: session.watched,
      clock,
      unplaced: () => (isJudged(session) ? unplacedPods(session) : noPods),
      timeoutMilliseconds: options.timeoutMilliseconds,
      quietMilliseconds: quietTime(options),
    },
    signal,
  );
  if (settled.kind === "timeout")
    says.problem(`not settled after ${options.timeoutMilliseconds / 1000} s: ${settled.waitingFor}`);
  const summary = summarise(session, refusals, (clock.monotonic() - started) / 1000);
  terminal.output.write(options.output === "json" ? `${JSON.stringify(summary)}\n` : `${summaryText(summary)}\n`);
  if (manifests.problems.length > 0) return exitCodes.wrongUse;
  return settled.kind === "timeout" ? exitCodes.findings : exitCodeOf(summary);
}

const quietMilliseconds = 2_000;

/** Two seconds of the machine's own time, however fast the cluster's runs: a busy machine makes pods late, not never. */
const quietTime = ({ timeScale, timeoutMilliseconds }: UpOptions): number =>
  Math.max(quietMilliseconds, Math.min(quietMilliseconds * timeScale, timeoutMilliseconds / 4));

const poolsReadyMilliseconds = 5_000;

/**
 * Waits until every pool is ready, or is not going to be. Pods that came earlier would be planned with the pools that happen
 * to be ready first.
 */
async function poolsReady({ place, clock, signal }: UpSession): Promise<void> {
  const started = clock.monotonic();
  while (clock.monotonic() - started < poolsReadyMilliseconds) {
    const { items } = await place.kube.list(nodePoolType, { signal });
    if (items.every(isReady)) return;
    await clock.sleep(50, { signal });
  }
}

/** While a pool can't be used yet, a pod that has no place may still get one. */
const isJudged = ({ operator }: UpSession): boolean => operator.snapshot().pools.every(({ pool }) => isReady(pool));

const isReady = (pool: NodePool): boolean => conditionStatus(pool, conditionTypes.ready) === "True";

const noPods: PodNames = new Set();

/** Pods whose latest decision is that there is no place for them, each with the reason. */
function unplacedPods({ operator }: UpSession): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { kind, pods, reason } of operator.decisions.list()) {
    if (kind === "unplaced") for (const pod of pods) reasons.set(pod, reason);
    if (kind === "launch" || kind === "nominate") for (const pod of pods) reasons.delete(pod);
  }
  return reasons;
}

function summarise(session: UpSession, refused: readonly Refusal[], seconds: number): UpSummary {
  const { pods, nodes } = session.watched.picture();
  const reasons = unplacedPods(session);
  return {
    schema: "up/1",
    pods: countPods(pods),
    nodes: nodes.length,
    pricePerHour: Number(session.pricePerHour().toFixed(6)),
    seconds: Number(seconds.toFixed(3)),
    unplaced: pods
      .filter((pod) => podState(pod) === "pending")
      .map((pod) => ({ pod: podName(pod), reason: reasons.get(podName(pod)) ?? schedulerReason(pod) })),
    refused,
  };
}

function summaryText({ pods, nodes, pricePerHour, seconds, unplaced }: UpSummary): string {
  const lines = [
    `${pods.running} pods running, ${pods.pending} pending, ${pods.succeeded} done, ${pods.failed} failed, on ${nodes} nodes`,
    `${perHour(pricePerHour)}, ${perMonth(pricePerHour)}; settled in ${seconds.toFixed(1)} s`,
    ...unplaced.map(({ pod, reason }) => `  ${pod}: ${reason}`),
  ];
  return lines.join("\n");
}

interface Report {
  readonly paint: Paint;
  opened(session: UpSession): void;
  /** A decision. */
  line(text: string): void;
  note(text: string): void;
  problem(text: string): void;
}

/** Where lines go: decisions to standard output, unless that is kept for the summary; the rest to standard error. */
function createReport(options: UpOptions, terminal: Terminal): Report {
  const { output, errors, environment } = terminal;
  const summaryOnly = options.until !== undefined && options.output === "json";
  const lines = summaryOnly ? errors : output;
  const paint = painter(wantsColour(lines, environment));
  const note = (text: string): void => void errors.write(`${text}\n`);
  return {
    paint,
    opened: ({ place, statusUrl }) => {
      note(`API server   ${place.server}`);
      note(`kubeconfig   ${place.kubeconfig}`);
      note(`dashboard    ${statusUrl}`);
    },
    line: (text) => void lines.write(`${text}\n`),
    note,
    problem: note,
  };
}
