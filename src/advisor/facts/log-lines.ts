/** Controller logs as entries (v1alpha5 6.4): console or JSON, an error that goes on over several lines is one entry. */

export interface LogFile {
  readonly file: string;
  readonly text: string;
}

export interface LogEntry {
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
  /** All its lines. */
  readonly text: string;
  /** As the line begins with it, RFC 3339; undefined where it begins otherwise. */
  readonly time?: string;
}

const startsEntry = /^\s*(?:\{|\d{4}-\d{2}-\d{2}T|time=|[A-Z]{4,5}\s)/;
const timeText = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/;

/** A line that begins no entry continues the one above; a torn first line stands alone. Empty lines are left out. */
export function logEntries({ file, text }: LogFile): readonly LogEntry[] {
  const entries: { file: string; line: number; text: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const last = entries.at(-1);
    if (last !== undefined && !startsEntry.test(line)) last.text += `\n${line}`;
    else entries.push({ file, line: index + 1, text: line });
  }
  return entries.map((entry) => {
    const time = timeText.exec(entry.text.slice(0, 200))?.[0];
    return time === undefined ? entry : { ...entry, time };
  });
}

/** Of entries that say the same within an hour, the first, with their number. Entries without a time count as one hour. */
export function groupedByHour(
  entries: readonly LogEntry[],
  subject: (entry: LogEntry) => string,
): readonly { readonly first: LogEntry; readonly subject: string; readonly count: number }[] {
  const groups = new Map<string, { first: LogEntry; subject: string; count: number }>();
  for (const entry of entries) {
    const about = subject(entry);
    const key = `${about}\n${entry.file}\n${entry.time?.slice(0, 13) ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: entry, subject: about, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()];
}
