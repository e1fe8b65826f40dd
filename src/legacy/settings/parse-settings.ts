/** The ConfigMap `karpenter-global-settings` to settings (spec: v1alpha5 3.2, D5). Pure: nothing is logged here. */
import { isRestrictedEraTag, parseDurationMillis } from "../../api/index.ts";
import { failed, ok, type Result } from "../../core/index.ts";
import { nearestWord } from "./nearest.ts";
import { queueKeys, settingKeys, tagKeyPrefix } from "./keys.ts";
import { defaultSettings, type GlobalSettings } from "./settings.ts";

export interface SettingProblem {
  readonly key: string;
  /** What was found and what was expected. */
  readonly message: string;
}

export interface ParsedSettings {
  readonly settings: GlobalSettings;
  /** Things that are ignored or reduced, worth a line in the log. */
  readonly warnings: readonly SettingProblem[];
}

type SettingData = Readonly<Record<string, string>>;

/** Every problem at once; with one, the whole map is refused. */
export function parseSettings(data: SettingData): Result<ParsedSettings, readonly SettingProblem[]> {
  const reading = new Reading(data);
  const settings: GlobalSettings = {
    batchMaxMilliseconds: reading.duration("batchMaxDuration", defaultSettings.batchMaxMilliseconds, 1_000),
    batchIdleMilliseconds: reading.duration("batchIdleDuration", defaultSettings.batchIdleMilliseconds, 1_000),
    driftEnabled: reading.flag("featureGates.driftEnabled", defaultSettings.driftEnabled),
    clusterName: reading.needed("aws.clusterName"),
    clusterEndpoint: reading.url("aws.clusterEndpoint"),
    clusterCaBundle: reading.text("aws.clusterCABundle"),
    defaultInstanceProfile: reading.text("aws.defaultInstanceProfile"),
    interruptionQueue: reading.queue(),
    isolatedVpc: reading.flag("aws.isolatedVPC", defaultSettings.isolatedVpc),
    vmMemoryOverheadPercent: reading.number("aws.vmMemoryOverheadPercent", defaultSettings.vmMemoryOverheadPercent),
    enablePodEni: reading.flag("aws.enablePodENI", defaultSettings.enablePodEni),
    enableEniLimitedPodDensity: reading.flag(
      "aws.enableENILimitedPodDensity",
      defaultSettings.enableEniLimitedPodDensity,
    ),
    reservedEnis: reading.integer("aws.reservedENIs", defaultSettings.reservedEnis),
    tags: reading.tags(),
    assumeRoleArn: reading.text("aws.assumeRoleARN"),
    assumeRoleMilliseconds: reading.duration(
      "aws.assumeRoleDuration",
      defaultSettings.assumeRoleMilliseconds,
      15 * 60_000,
    ),
  };
  reading.tellUnknown();
  return reading.problems.length > 0 ? failed(reading.problems) : ok({ settings, warnings: reading.warnings });
}

/** Go syntax, as `strconv.ParseBool` reads it. */
const trueTexts: readonly string[] = ["1", "t", "T", "TRUE", "true", "True"];
const falseTexts: readonly string[] = ["0", "f", "F", "FALSE", "false", "False"];

class Reading {
  readonly problems: SettingProblem[] = [];
  readonly warnings: SettingProblem[] = [];
  readonly #data: SettingData;

  constructor(data: SettingData) {
    this.#data = data;
  }

  text(key: string): string {
    return this.#data[key] ?? "";
  }

  needed(key: string): string {
    const value = this.text(key);
    if (value === "") this.#problem(key, "is empty, expected the name of the cluster");
    return value;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.text(key);
    if (value === "") return fallback;
    if (trueTexts.includes(value)) return true;
    if (!falseTexts.includes(value)) this.#problem(key, `is "${value}", expected true or false`);
    return false;
  }

  duration(key: string, fallback: number, least: number): number {
    const value = this.text(key);
    if (value === "") return fallback;
    const millis = parseDurationMillis(value);
    if (millis === undefined) this.#problem(key, `is "${value}", expected a duration such as 10s or 1m30s`);
    else if (millis < least) this.#problem(key, `is "${value}", expected at least ${least / 1000}s`);
    return millis ?? fallback;
  }

  number(key: string, fallback: number): number {
    const value = this.text(key);
    if (value === "") return fallback;
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
    if (!Number.isFinite(number) || number < 0) this.#problem(key, `is "${value}", expected a number of at least 0`);
    return number;
  }

  integer(key: string, fallback: number): number {
    const number = this.number(key, fallback);
    if (number >= 0 && !Number.isInteger(number)) this.#problem(key, `is "${this.text(key)}", expected a whole number`);
    return number;
  }

  url(key: string): string {
    const value = this.text(key);
    if (value !== "" && !/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+/i.test(value)) {
      this.#problem(key, `is "${value}", expected an absolute URL with a host`);
    }
    return value;
  }

  /** Two spellings with different values are a fault; a URL or ARN is reduced to its last segment. */
  queue(): string {
    const given = queueKeys.flatMap((key) => (this.text(key) === "" ? [] : [{ key, name: this.#queueName(key) }]));
    const [first] = given;
    const other = given.find(({ name }) => name !== first?.name);
    if (first !== undefined && other !== undefined) {
      const message = `is "${other.name}" while ${first.key} is "${first.name}"; keep one of them`;
      this.#problem(other.key, message);
    }
    return first?.name ?? "";
  }

  #queueName(key: string): string {
    const value = this.text(key);
    const name = value.split(/[/:]/).at(-1) ?? value;
    if (name !== value)
      this.#warn(key, `is "${value}"; only its last part, ${name}, is used: it is a name, no URL or ARN`);
    return name;
  }

  tags(): Readonly<Record<string, string>> {
    const single = Object.entries(this.#data)
      .filter(([key]) => key.startsWith(tagKeyPrefix))
      .map(([key, value]) => [key.slice(tagKeyPrefix.length), value] as const);
    const tags = { ...Object.fromEntries(single), ...this.#tagObject() };
    for (const tag of Object.keys(tags).filter(isRestrictedEraTag)) {
      this.#problem("aws.tags", `sets the tag ${tag}, which is the controller's own`);
    }
    return tags;
  }

  #tagObject(): Readonly<Record<string, string>> {
    const value = this.text("aws.tags");
    if (value === "") return {};
    const parsed = parseJson(value);
    if (isTextMap(parsed)) return parsed;
    this.#problem("aws.tags", `is ${value}, expected one JSON object of texts such as {"team":"a"}`);
    return {};
  }

  tellUnknown(): void {
    const known = [...settingKeys.map(({ key }) => key), ...queueKeys];
    for (const key of Object.keys(this.#data).toSorted()) {
      const ignored = settingKeys.find((setting) => setting.key === key)?.ignored;
      if (ignored !== undefined && this.text(key) !== "") this.#warn(key, `is ignored: ${ignored}`);
      if (known.includes(key) || key.startsWith(tagKeyPrefix)) continue;
      const near = nearestWord(key, known);
      this.#warn(key, near === undefined ? "is no known setting and is ignored" : `is ignored (did you mean ${near}?)`);
    }
  }

  #problem(key: string, message: string): void {
    this.problems.push({ key, message });
  }

  #warn(key: string, message: string): void {
    this.warnings.push({ key, message });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Told by the caller, with the text that was found.
    return undefined;
  }
}

const isTextMap = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((member) => typeof member === "string");

/** `aws.clusterName: is empty, expected …`, joined. */
export const problemsText = (problems: readonly SettingProblem[]): string =>
  problems.map(({ key, message }) => `${key} ${message}`).join("; ");
