import type { Terminal } from "../terminal.ts";

/** A terminal of which only lines that have changed are written, so that nothing flickers. */
export interface PaintedScreen {
  size(): { readonly columns: number; readonly rows: number };
  draw(lines: readonly string[]): void;
  /** Forgets what stands there, as after a change of size. */
  forget(): void;
  close(): void;
}

type Output = Terminal["output"] & { readonly rows?: number };

/** The alternate screen, without a cursor; a frame is one write inside a synchronised update where the terminal knows them. */
export function openScreen(output: Output): PaintedScreen {
  let before: readonly string[] = [];
  output.write("\u001b[?1049h\u001b[?25l\u001b[2J");
  return {
    size: () => ({ columns: output.columns ?? 80, rows: output.rows ?? 24 }),
    draw(lines) {
      const changed = lines.flatMap((line, at) => (line === before[at] ? [] : [`\u001b[${at + 1};1H${line}\u001b[K`]));
      const shorter = lines.length < before.length ? [`\u001b[${lines.length + 1};1H\u001b[J`] : [];
      before = lines;
      if (changed.length + shorter.length === 0) return;
      output.write(`\u001b[?2026h${changed.join("")}${shorter.join("")}\u001b[?2026l`);
    },
    forget() {
      before = [];
      output.write("\u001b[2J");
    },
    close: () => void output.write("\u001b[?25h\u001b[?1049l"),
  };
}
