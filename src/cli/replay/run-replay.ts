import { writeFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { epochMillisOf } from "../../core/index.ts";
import {
  createReplay,
  type Replay,
  renderReplayChart,
  type ReplayReport,
  type ReplaySetting,
  type ReplaySettingReport,
  readTrace,
  type Trace,
} from "../../studies/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { readTexts } from "../input/read-input.ts";
import { inputOf, openMarket, type OfflineMarket, readOffline, tell } from "../offline/read-offline.ts";
import { dataText, isDataForm } from "../output/data.ts";
import type { Terminal } from "../terminal.ts";
import { readSamples } from "../up/samples.ts";
import { renderReplay } from "./render-replay.ts";

export interface ReplayFlags {
  readonly with?: readonly string[];
  readonly region: string;
  readonly prices?: string;
  /** Milliseconds. */
  readonly startup: number;
  readonly consolidateEvery?: number;
  readonly chart?: string;
  readonly output: "table" | "json" | "yaml" | "markdown";
}

/** 0 when the trace was played as it stands, 2 when lines of it could not be read (the rest is played). */
export async function runReplay(place: string, flags: ReplayFlags, terminal: Terminal): Promise<number> {
  const trace = await openTrace(place, terminal);
  const settings = await openSettings(flags, terminal);
  const reports: ReplaySettingReport[] = [];
  for (const { name, state } of settings.played) {
    const options = {
      startupMillis: flags.startup,
      ...(flags.consolidateEvery === undefined ? {} : { consolidateEveryMillis: flags.consolidateEvery }),
    };
    reports.push(await play(createReplay(trace, { name, state }, options), name, terminal));
  }
  const report: ReplayReport = {
    schema: "replay/1",
    pods: trace.pods.length,
    seconds: trace.endMillis / 1000,
    settings: reports,
    chart: flags.chart ?? null,
  };
  if (flags.chart !== undefined) await writeChart(flags.chart, renderReplayChart(report));
  terminal.output.write(isDataForm(flags.output) ? dataText(report, flags.output) : renderReplay(report, flags.output));
  return Math.max(settings.exitCode, trace.problems.length > 0 ? exitCodes.wrongUse : exitCodes.fine);
}

/** Shown at most; the rest is counted. */
const shownProblems = 10;

async function openTrace(place: string, terminal: Terminal): Promise<Trace> {
  const [{ file, text } = { file: place, text: "" }] = await readTexts([place], terminal.input);
  const read = readTrace(text);
  if (!read.ok) throw new CliError(`${file}: ${read.failure.message}`);
  const { problems, notes, pods } = read.value;
  for (const { line, column, message } of problems.slice(0, shownProblems))
    terminal.errors.write(`${file}:${line}:${column}: ${message}\n`);
  if (problems.length > shownProblems) tell(terminal, `${problems.length - shownProblems} more of that kind`);
  if (pods.length === 0) throw new CliError(`${file}: no line of it could be read`);
  for (const note of notes) tell(terminal, note);
  return read.value;
}

interface Settings {
  readonly played: readonly ReplaySetting[];
  readonly exitCode: number;
}

async function openSettings(flags: ReplayFlags, terminal: Terminal): Promise<Settings> {
  const market = await openMarket(flags, terminal);
  const places = flags.with ?? [];
  if (places.length === 0) return sampleSetting(market, terminal);
  const played: ReplaySetting[] = [];
  let exitCode = 0;
  for (const place of places) {
    const scale = new Map<string, number>();
    const input = await readOffline({ ...flags, filename: [place], scale }, market, terminal);
    exitCode = Math.max(exitCode, input.exitCode);
    played.push({ name: place, state: input.state });
  }
  return { played, exitCode };
}

async function sampleSetting(market: OfflineMarket, terminal: Terminal): Promise<Settings> {
  tell(terminal, "no --with: the sample pools of `karpenter up` (samples/pools.yaml) are played against");
  const { objects } = await readSamples(["storage", "pools"]);
  const reading = { flags: { scale: new Map<string, number>() }, market, terminal };
  const { state } = await inputOf(
    objects.map(({ object }) => object),
    reading,
    epochMillisOf(0),
  );
  return { played: [{ name: "samples/pools.yaml", state }], exitCode: exitCodes.fine };
}

const eventsAtOnce = 16;
const progressMillis = 1_000;

/** Plays in slices, so that Ctrl-C is heard; shows how far it is where somebody looks. */
async function play(replay: Replay, name: string, terminal: Terminal): Promise<ReplaySettingReport> {
  const isWatched = terminal.errors.isTTY === true;
  let shown = performance.now();
  while (replay.step(eventsAtOnce) === "more") {
    await setImmediate();
    terminal.signal.throwIfAborted();
    if (!isWatched || performance.now() - shown < progressMillis) continue;
    shown = performance.now();
    terminal.errors.write(`\r${name}: ${(100 * replay.progress()).toFixed(0)} %\u001b[K`);
  }
  if (isWatched) terminal.errors.write("\r\u001b[K");
  return replay.report();
}

async function writeChart(file: string, svg: string): Promise<void> {
  await writeFile(file, svg).catch((cause: unknown) => {
    throw new CliError(`--chart ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, undefined, {
      cause,
    });
  });
}
