import type { Terminal } from "../terminal.ts";

type RawInput = Terminal["input"] & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };

/** Keys as they are pressed, and changes of size, until the answer is called. */
export function listen(terminal: Terminal, onKeys: (chunk: Buffer | string) => void, onResize: () => void): () => void {
  const input: RawInput = terminal.input;
  const isRaw = input.isTTY === true && input.setRawMode !== undefined;
  if (isRaw) input.setRawMode?.(true);
  input.on("data", onKeys);
  terminal.output.on("resize", onResize);
  return () => {
    input.off("data", onKeys);
    input.pause();
    if (isRaw) input.setRawMode?.(false);
    terminal.output.off("resize", onResize);
  };
}
