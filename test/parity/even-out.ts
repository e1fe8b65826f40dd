/**
 * Evens out what differs between two runs of the same call on any server: random names, uids, versions, times, ages,
 * addresses, and column widths, which follow from them. Everything else is compared letter by letter.
 */

interface Rule {
  readonly pattern: RegExp;
  readonly becomes: string;
}

/** Letters and digits of generated names (no vowels, no 0, 1 and 3). */
const safe = "[bcdfghjklmnpqrstvwxz2456789]";

const rules: readonly Rule[] = [
  { pattern: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, becomes: "<uid>" },
  { pattern: /https:\/\/127\.0\.0\.1:\d+/g, becomes: "<server>" },
  { pattern: /\b(?:10|192\.168|172\.\d+)\.\d+\.\d+(?:\.\d+)?\b/g, becomes: "<ip>" },
  // Times: RFC 3339, as describe prints them, and as diff does.
  { pattern: /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, becomes: "<time>" },
  { pattern: /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, becomes: "<time>" },
  { pattern: /\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, becomes: "<time>" },
  { pattern: /(resourceVersion['"]?: ?)["']?\d+["']?/g, becomes: "$1<version>" },
  { pattern: /(Resource Version: +)\d+/g, becomes: "$1<version>" },
  // The stand-in kubelets make both of a pod's uid.
  { pattern: /(containerd:\/\/|@sha256:)[0-9a-f]{8}\b/g, becomes: "$1<id>" },
  { pattern: /\/tmp\/[\w./-]*?(LIVE|MERGED)-\d+/g, becomes: "<folder>/$1" },
  { pattern: /\/tmp\/kubectl-edit-\w+\.yaml/g, becomes: "<file>" },
  // Names: template hash and suffix of a pod, hash alone, suffix alone.
  { pattern: new RegExp(`-${safe}{6,10}-${safe}{5}\\b`, "g"), becomes: "-<hash>-<random>" },
  { pattern: new RegExp(`(pod-template-hash|controller-revision-hash)([=:] ?"?)${safe}+`, "g"), becomes: "$1$2<hash>" },
  { pattern: new RegExp(`-${safe}{8,10}(?=[\\s."/),:;]|$)`, "gm"), becomes: "-<hash>" },
  { pattern: new RegExp(`-${safe}{5}(?=[\\s."/),:;]|$)`, "gm"), becomes: "-<random>" },
  // Ages stand alone between columns; what follows a colon is a duration or a quantity of a spec.
  {
    pattern: /(?<=^|\t|[^:\s] {2,})(?:\d+[smhd])+(?: \(x\d+ over (?:\d+[smhd])+\))?(?= {2,}|\t|$| ago)/gm,
    becomes: "<age>",
  },
  { pattern: /(Duration: +)\S+/g, becomes: "$1<age>" },
  { pattern: /\((?:\d+[smhd])+ ago\)/g, becomes: "(<age> ago)" },
];

/** Runs of blanks inside a line are column widths; those at its start are structure. */
const withoutWidths = (line: string): string => line.trimEnd().replace(/(?<=\S)(?: {2,}|\t+ *)/g, "  ");

/**
 * Events of a description are ordered by their times, which have whole seconds: those of one second come in the order of
 * their random names. So the lines below a heading of events are compared as a set.
 */
function withEventsInOrder(lines: readonly string[]): readonly string[] {
  const ordered: string[] = [];
  let events: string[] = [];
  let inEvents = false;
  for (const line of lines) {
    if (inEvents && /^\s+(?!Type |----)\S/.test(line)) events.push(line);
    else {
      ordered.push(...events.toSorted());
      events = [];
      inEvents = line === "Events:" || (inEvents && line.startsWith(" "));
      ordered.push(line);
    }
  }
  return [...ordered, ...events.toSorted()];
}

/** The lines of an output as they are compared. */
export function evenOut(
  text: string,
  options: { readonly unordered?: boolean; readonly only?: RegExp } = {},
): readonly string[] {
  let even = text;
  for (const { pattern, becomes } of rules) even = even.replace(pattern, becomes);
  if (even === "") return [];
  const lines = withEventsInOrder(even.replace(/\n$/, "").split("\n").map(withoutWidths));
  const { only } = options;
  const kept = only === undefined ? lines : lines.filter((line) => only.test(line));
  return options.unordered === true ? kept.toSorted() : kept;
}
