/** The ways to silence a finding: annotation, comment, configuration, command line (v1alpha5 6.1). */
import type { NodeComments } from "../../manifests/index.ts";
import { nameText, type Place } from "../model/place.ts";
import type { Finding } from "../model/rule.ts";
import type { IgnoreEntry } from "./configuration.ts";

export const ignoreAnnotation = "bestpractice.karpenter/ignore";

export interface Silencing {
  readonly ignore: readonly IgnoreEntry[];
  /** Rules that the command line leaves out. */
  readonly rules: ReadonlySet<string>;
  /** Day of today, `YYYY-MM-DD`, against which entries expire. */
  readonly today: string;
}

export function isSilenced(finding: Finding, silencing: Silencing): boolean {
  const { rule, place } = finding;
  if (silencing.rules.has(rule)) return true;
  if (annotatedRules(place).includes(rule)) return true;
  if (commentsAbove(place).some((text) => rulesOfComment(text).includes(rule))) return true;
  return silencing.ignore.some((entry) => covers(entry, finding) && !hasExpired(entry, silencing.today));
}

/** Entries that no longer count, so that whoever reads the findings knows why they are back. */
export const expiredEntries = ({ ignore, today }: Pick<Silencing, "ignore" | "today">): readonly IgnoreEntry[] =>
  ignore.filter((entry) => hasExpired(entry, today));

const hasExpired = ({ until }: IgnoreEntry, today: string): boolean => until !== undefined && until <= today;

function covers({ rule, object }: IgnoreEntry, finding: Finding): boolean {
  if (rule !== finding.rule) return false;
  if (object === undefined) return true;
  const pattern = object
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(nameText(finding.place.object));
}

function annotatedRules({ entry }: Place): readonly string[] {
  const value: unknown = entry?.object.metadata.annotations?.[ignoreAnnotation];
  return typeof value === "string" ? value.split(",").map((rule) => rule.trim()) : [];
}

/** Above the object, and above the value or anything around it. */
function commentsAbove({ entry, path }: Place): readonly string[] {
  const source = entry?.source;
  if (source === undefined) return [];
  const inside = path.map((_, index): NodeComments | undefined => source.commentsAt(path.slice(0, index + 1)));
  return [source.heading, ...inside.flatMap((comments) => [comments?.above, comments?.beside])].filter(
    (text) => text !== undefined,
  );
}

/** `karpenter-lint: ignore KBP502,KBP503 why`. Without a why it silences nothing: a reason is what the next reader needs. */
function rulesOfComment(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const match = /karpenter-lint:\s*ignore\s+((?:KBP\d+\s*,\s*)*KBP\d+)\s+\S/.exec(line);
    return match === null ? [] : (match[1] ?? "").split(",").map((rule) => rule.trim());
  });
}
