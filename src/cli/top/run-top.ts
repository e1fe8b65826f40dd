import { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { ClusterSnapshot } from "../../core/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { type InputFlags, openInput } from "../offline/open-input.ts";
import { openMarket, type OfflineMarket } from "../offline/read-offline.ts";
import { dataText, isDataForm } from "../output/data.ts";
import { openScreen, type PaintedScreen } from "../screen/painted-screen.ts";
import { listen } from "../screen/raw-keys.ts";
import { painter, type Terminal, wantsColour } from "../terminal.ts";
import { type TopModel, topModel, type TopNode } from "./model.ts";
import { labelSelector } from "./node-labels.ts";
import { pageOf, screenLines, type ScreenOptions } from "./screen.ts";
import { pressed, shownNodes, type SortOrder, type TopView } from "./view.ts";

export interface TopFlags extends InputFlags {
  readonly once: boolean;
  readonly output: "table" | "json" | "yaml";
  readonly nodeSelector: string;
  readonly nodeSort: SortOrder;
  readonly resources: readonly string[];
  readonly extraLabels: readonly string[];
  readonly filter: string;
  readonly pricing: boolean;
  readonly group: boolean;
  /** Milliseconds. */
  readonly interval: number;
}

/** 0, or 1 when not all could be read; with `--once`, or where standard output is no terminal, after one picture. */
export async function runTop(flags: TopFlags, terminal: Terminal): Promise<number> {
  const isLive = !flags.once && flags.output === "table" && terminal.output.isTTY === true;
  if (isLive) return watch(flags, terminal);
  const market = await openMarket(flags, terminal);
  const { model, exitCode } = await read(flags, market, terminal);
  terminal.output.write(
    isDataForm(flags.output) ? dataText(nodesOf(model, flags), flags.output) : textOf(model, flags, terminal),
  );
  return exitCode;
}

async function read(
  flags: TopFlags,
  market: OfflineMarket,
  terminal: Terminal,
): Promise<{ readonly model: TopModel; readonly exitCode: number }> {
  const { snapshot, exitCode } = await openInput(flags, market, terminal);
  return { model: topModel(withNodes(snapshot, labelSelector(flags.nodeSelector))), exitCode };
}

const withNodes = (
  snapshot: ClusterSnapshot,
  meets: (labels: Readonly<Record<string, string>>) => boolean,
): ClusterSnapshot => ({ ...snapshot, nodes: snapshot.nodes.filter(({ labels }) => meets(labels)) });

const viewOf = ({ nodeSort, filter, group }: TopFlags): TopView => ({
  sort: nodeSort,
  filter,
  grouped: group,
  isTyping: false,
  top: 0,
  help: false,
});

/** A bare array of objects with the table's columns as fields (product 4.2). */
const nodesOf = (model: TopModel, flags: TopFlags): readonly TopNode[] => shownNodes(model.nodes, viewOf(flags));

function textOf(model: TopModel, flags: TopFlags, terminal: Terminal): string {
  const paint = painter(wantsColour(terminal.output, terminal.environment));
  const columns = terminal.output.columns ?? Number.POSITIVE_INFINITY;
  const options = { ...shown(flags), columns, paint, note: "" };
  return `${screenLines(model, viewOf(flags), options).join("\n")}\n`;
}

const shown = (flags: TopFlags): Pick<ScreenOptions, "resources" | "extraLabels" | "withPrices"> => ({
  resources: flags.resources,
  extraLabels: flags.extraLabels,
  withPrices: flags.pricing,
});

const nothing: TopModel = { nodes: [], pools: [], pods: { bound: 0, pending: 0, running: 0 } };

interface Live {
  readonly flags: TopFlags;
  readonly terminal: Terminal;
  readonly screen: PaintedScreen;
  view: TopView;
  model: TopModel;
  note: string;
}

/** Draws at once, then whenever a key, a new size or a new picture changes something. */
async function watch(flags: TopFlags, terminal: Terminal): Promise<number> {
  const left = new AbortController();
  const signal = AbortSignal.any([terminal.signal, left.signal]);
  const screen = openScreen(terminal.output);
  const live: Live = { flags, terminal, screen, view: viewOf(flags), model: nothing, note: "reading ..." };
  const onResize = (): void => {
    screen.forget();
    draw(live);
  };
  const onKeys = (chunk: Buffer | string): void => {
    const { rows } = screen.size();
    const next = pressed(live.view, chunk.toString(), pageOf(rows, flags.resources.length));
    if (next === "quit") left.abort(new Error("left"));
    else {
      live.view = next;
      draw(live);
    }
  };
  const release = listen(terminal, onKeys, onResize);
  try {
    draw(live);
    await follow(live, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    release();
    screen.close();
  }
  return terminal.signal.aborted ? exitCodes.interrupted : exitCodes.fine;
}

function draw({ flags, terminal, screen, view, model, note }: Live): void {
  const { columns, rows } = screen.size();
  const paint = painter(wantsColour(terminal.output, terminal.environment));
  screen.draw(screenLines(model, view, { ...shown(flags), columns, rows, paint, note }));
}

/** Files are read once; a cluster is listed again and again. What fails is told, and the last picture stays. */
async function follow(live: Live, signal: AbortSignal): Promise<void> {
  const { flags, terminal } = live;
  const quiet: Terminal = { ...terminal, errors: new Writable({ write: (_chunk, _encoding, done) => done() }), signal };
  // One turn of the loop, so that the first frame is out before the catalogue is read.
  await setTimeout(0, undefined, { signal });
  const market = await openMarket(flags, quiet);
  for (;;) {
    try {
      const { model, exitCode } = await read(flags, market, quiet);
      live.model = model;
      const lacking = exitCode === exitCodes.fine ? "" : "; not all of it may be read: top --once says what";
      live.note = flags.filename.length > 0 ? "" : `read ${new Date().toISOString().slice(11, 19)}${lacking}`;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CliError) || live.model === nothing) throw error;
      live.note = `not read since ${live.note.slice(5, 13)}: ${error.message}`;
    }
    draw(live);
    await setTimeout(flags.filename.length > 0 ? mostMillis : flags.interval, undefined, { signal });
  }
}

/** Longest that a timer takes: about 24 days. */
const mostMillis = 2 ** 31 - 1;
