/** One part of a MIME multipart document. */
export interface MimePart {
  readonly contentType: string;
  readonly body: string;
}

export const shellPart = (body: string): MimePart => ({ contentType: 'text/x-shellscript; charset="us-ascii"', body });

/** Text that announces itself as MIME, with or without the version line first. */
export const isMime = (text: string): boolean => /^(MIME-Version|Content-Type):/.test(text.trimStart());

/** A multipart document with boundary `//`, as cloud-init reads it. */
export function renderMime(parts: readonly MimePart[]): string {
  const head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n';
  const body = parts.map(({ contentType, body: text }) => `--//\nContent-Type: ${contentType}\n\n${text}\n`).join("");
  return `${head}${body}--//--\n`;
}

/** Parts of a document; undefined when it is no readable multipart document. */
export function parseMime(text: string): readonly MimePart[] | undefined {
  const source = text.trimStart().replaceAll("\r\n", "\n");
  const headEnd = source.indexOf("\n\n");
  if (headEnd < 0) return undefined;
  const boundary = /boundary="?([^"\s;]+)"?/i.exec(source.slice(0, headEnd))?.[1];
  if (boundary === undefined) return undefined;
  const lines = source.slice(headEnd + 2).split("\n");
  const parts: MimePart[] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    const isEnd = line.trimEnd() === `--${boundary}--`;
    if (isEnd || line.trimEnd() === `--${boundary}`) {
      if (current !== undefined) parts.push(partOf(current));
      current = isEnd ? undefined : [];
      if (isEnd) break;
    } else current?.push(line);
  }
  if (current !== undefined) parts.push(partOf(current));
  return parts;
}

function partOf(lines: readonly string[]): MimePart {
  const gap = lines.indexOf("");
  const head = gap < 0 ? [] : lines.slice(0, gap);
  const contentType = head
    .map((line) => /^content-type:\s*(.+)$/i.exec(line)?.[1])
    .find((value) => value !== undefined);
  const body = (gap < 0 ? lines : lines.slice(gap + 1)).join("\n").replace(/\n+$/, "");
  return { contentType: contentType ?? "text/plain", body };
}
