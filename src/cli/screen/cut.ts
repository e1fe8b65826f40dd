/** Cut by what is seen: colour codes take no room, and stay whole. */
export function cut(line: string, columns: number): string {
  let [seen, at] = [0, 0];
  while (at < line.length && seen < columns) {
    const code = line[at] === "\u001b" ? line.indexOf("m", at) : -1;
    if (code > 0) at = code + 1;
    else {
      seen += 1;
      at += 1;
    }
  }
  if (at >= line.length) return line.trimEnd();
  return line.includes("\u001b") ? `${line.slice(0, at)}\u001b[0m` : line.slice(0, at).trimEnd();
}
