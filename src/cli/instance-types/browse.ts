import { CliError, exitCodes } from "../cli-error.ts";
import { openScreen } from "../screen/painted-screen.ts";
import { listen } from "../screen/raw-keys.ts";
import { painter, type Terminal, wantsColour } from "../terminal.ts";
import { browserLines, browserPage } from "./browser-screen.ts";
import { browserKeys, leftEntries, openView, pressedInBrowser } from "./browser-view.ts";
import type { TypeOrder } from "./order.ts";
import type { TypeEntry } from "./type-row.ts";

/** Until the reader leaves; what was selected is then printed, one name a line. */
export async function browseTypes(
  entries: readonly TypeEntry[],
  order: TypeOrder,
  terminal: Terminal,
): Promise<number> {
  if (terminal.output.isTTY !== true)
    throw new CliError("--output interactive needs a terminal; table, table-wide and json do without");
  const left = new AbortController();
  const screen = openScreen(terminal.output);
  const paint = painter(wantsColour(terminal.output, terminal.environment));
  let view = openView(order);
  const draw = (): void => screen.draw(browserLines(leftEntries(entries, view), view, { ...screen.size(), paint }));
  const release = listen(
    terminal,
    (chunk) => {
      for (const key of keysOf(chunk.toString())) {
        const { rows } = screen.size();
        const next = pressedInBrowser(view, key, { left: leftEntries(entries, view), page: browserPage(rows) });
        if (next === "quit") return left.abort();
        view = next;
      }
      draw();
    },
    () => {
      screen.forget();
      draw();
    },
  );
  try {
    draw();
    await leaving(AbortSignal.any([terminal.signal, left.signal]));
  } finally {
    release();
    screen.close();
  }
  if (terminal.signal.aborted) return exitCodes.interrupted;
  for (const name of view.selected) terminal.output.write(`${name}\n`);
  return exitCodes.fine;
}

/** Keys that came in one piece, as when they are pasted or the terminal is slow: escape sequences stay whole. */
function keysOf(text: string): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; at += keys.at(-1)?.length ?? 1) {
    const [sequence = text.charAt(at)] =
      (text[at] === browserKeys.escape && /^.\[[\d;]*[A-Za-z~]/.exec(text.slice(at))) || [];
    keys.push(sequence);
  }
  return keys;
}

const leaving = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
