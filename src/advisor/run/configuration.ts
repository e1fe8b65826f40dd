/** `karpenter-lint.yaml`: figures, and findings that are known and accepted for a while (v1alpha5 6.1). */
import { failed, ok, type Result } from "../../core/index.ts";
import { defaultThresholds, type Thresholds } from "../facts/thresholds.ts";
import { severities, type Severity } from "../model/rule.ts";

export interface Configuration {
  readonly failOn?: Severity | "never";
  readonly thresholds: Partial<Thresholds>;
  /** Labels that name a team (KBP302). */
  readonly teamLabels?: readonly string[];
  readonly ignore: readonly IgnoreEntry[];
}

export interface IgnoreEntry {
  readonly rule: string;
  /** `Deployment shop/web`, with `*` for any text; every object where absent. */
  readonly object?: string;
  readonly reason: string;
  /** Day, `YYYY-MM-DD`, from which the entry no longer counts. */
  readonly until?: string;
}

export const emptyConfiguration: Configuration = Object.freeze({ thresholds: {}, ignore: [] });

/** Every fault at once, each naming its place in the file. `rules` are the identifiers that exist. */
export function readConfiguration(value: unknown, rules: readonly string[]): Result<Configuration, readonly string[]> {
  if (value === undefined || value === null) return ok(emptyConfiguration);
  if (!isMapping(value)) return failed(["expected an object with failOn, thresholds, teamLabels and ignore"]);
  const faults = [
    ...unknownKeys(value, ["failOn", "thresholds", "teamLabels", "ignore"], ""),
    ...failOnFaults(value["failOn"]),
    ...thresholdFaults(value["thresholds"]),
    ...teamLabelFaults(value["teamLabels"]),
    ...ignoreFaults(value["ignore"], rules),
  ];
  if (faults.length > 0) return failed(faults);
  const { failOn, teamLabels, thresholds = {}, ignore = [] } = value as Partial<Configuration>;
  return ok({
    ...(failOn === undefined ? {} : { failOn }),
    ...(teamLabels === undefined ? {} : { teamLabels }),
    thresholds,
    ignore,
  });
}

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const unknownKeys = (value: Mapping, known: readonly string[], path: string): readonly string[] =>
  Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${path}${key}: no such field; expected one of ${known.join(", ")}`);

function failOnFaults(value: unknown): readonly string[] {
  const allowed: readonly unknown[] = [undefined, "never", ...severities];
  return allowed.includes(value)
    ? []
    : [`failOn: found ${shown(value)}, expected one of never, ${severities.join(", ")}`];
}

function thresholdFaults(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!isMapping(value)) return ["thresholds: expected an object of names and numbers"];
  const wrong = Object.entries(value).filter(
    ([key, number]) =>
      key in defaultThresholds && !(typeof number === "number" && Number.isFinite(number) && number >= 0),
  );
  return [
    ...unknownKeys(value, Object.keys(defaultThresholds), "thresholds."),
    ...wrong.map(([key, found]) => `thresholds.${key}: found ${shown(found)}, expected a number of 0 or more`),
  ];
}

function teamLabelFaults(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((key) => typeof key === "string" && key !== "");
  return value === undefined || isList ? [] : ["teamLabels: expected a list of label keys"];
}

function ignoreFaults(value: unknown, rules: readonly string[]): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return ["ignore: expected a list"];
  return value.flatMap((entry: unknown, index) => entryFaults(entry, `ignore[${index}]`, rules));
}

function entryFaults(entry: unknown, path: string, rules: readonly string[]): readonly string[] {
  if (!isMapping(entry)) return [`${path}: expected an object with rule and reason`];
  const { rule, object, reason, until } = entry;
  const faults = [...unknownKeys(entry, ["rule", "object", "reason", "until"], `${path}.`)];
  if (typeof rule !== "string" || !rules.includes(rule))
    faults.push(`${path}.rule: found ${shown(rule)}, which is no rule; lint --rules lists them`);
  if (object !== undefined && typeof object !== "string") faults.push(`${path}.object: expected text`);
  if (typeof reason !== "string" || reason.trim() === "") faults.push(`${path}.reason: expected why it is accepted`);
  if (until !== undefined && !isDay(until))
    faults.push(`${path}.until: found ${shown(until)}, expected a day such as 2027-01-31`);
  return faults;
}

const isDay = (value: unknown): boolean =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));

/** What was found, on one line; structures are only named, since aliases can make them endless. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value);
}
