/** Filters as flags of the command, and what given flags ask for. */
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { booleanFilters, type RangeFilter, rangeFilters, valueFilters } from "./filter-tables.ts";
import { booleanValue, listValue, patternValue, type Range, ratioValue } from "./filter-values.ts";
import type { TypeEntry, TypeRow } from "./type-row.ts";

export type Filter = (entry: TypeEntry) => boolean;

/** Adds the flag of every filter to the command. */
export function addFilterFlags(command: Command): Command {
  for (const { flag, short, text, parse } of rangeFilters) {
    command.option(`${short === undefined ? "" : `-${short}, `}--${flag} <n>`, `${text}: exactly`, parse);
    command.option(`--${flag}-min <n>`, `${text}: at least`, parse);
    command.option(`--${flag}-max <n>`, `${text}: at most`, parse);
  }
  command.option("--vcpus-to-memory-ratio <ratio>", "vCPUs to GiB of memory, as in 1:2", ratioValue);
  for (const { flag, short, text, choices } of valueFilters) {
    const option = new Option(`${short === undefined ? "" : `-${short}, `}--${flag} <value>`, text);
    command.addOption(choices === undefined ? option : option.choices([...choices]));
  }
  for (const { flag, short, text } of booleanFilters)
    command.option(`${short === undefined ? "" : `-${short}, `}--${flag} [bool]`, text, booleanValue);
  return command
    .option("-z, --availability-zones <zones>", "zones that all offer it, by name or id", listValue)
    .option("--instance-types <names>", "only these", listValue)
    .option("--allow-list <pattern>", "names that match", patternValue)
    .option("--deny-list <pattern>", "names that do not match", patternValue);
}

export type FilterValues = Readonly<Record<string, unknown>>;

/** The filters that the flags ask for; a type must pass all of them. */
export function chosenFilters(values: FilterValues): readonly Filter[] {
  const zones = listOf(values["availabilityZones"]);
  const names = listOf(values["instanceTypes"]);
  const { allowList, denyList, vcpusToMemoryRatio } = values;
  return [
    ...rangeFilters.flatMap((filter) => rangeChosen(filter, values)),
    ...valueFilters.flatMap(({ flag, accepts }) => {
      const wanted = values[camel(flag)];
      return typeof wanted === "string" ? [(entry: TypeEntry) => accepts(entry, wanted)] : [];
    }),
    ...booleanFilters.flatMap(({ flag, holds }) => {
      const wanted = values[camel(flag)];
      return typeof wanted === "boolean" ? [(entry: TypeEntry) => holds(entry) === wanted] : [];
    }),
    ...(typeof vcpusToMemoryRatio === "number"
      ? [({ row }: TypeEntry) => Math.abs(row.memoryGib / row.vcpus - vcpusToMemoryRatio) <= ratioTolerance]
      : []),
    ...(zones === undefined ? [] : [({ row }: TypeEntry) => zones.every((zone) => offers(row, zone))]),
    ...(names === undefined ? [] : [({ row }: TypeEntry) => names.includes(row.name)]),
    ...(allowList instanceof RegExp ? [({ row }: TypeEntry) => allowList.test(row.name)] : []),
    ...(denyList instanceof RegExp ? [({ row }: TypeEntry) => !denyList.test(row.name)] : []),
  ];
}

/** A machine of 3.75 GiB for 1 vCPU is meant by 1:4. */
const ratioTolerance = 0.3;

const offers = ({ zones, zoneIds }: TypeRow, zone: string): boolean => zones.includes(zone) || zoneIds.includes(zone);

function rangeChosen({ flag, of }: RangeFilter, values: FilterValues): readonly Filter[] {
  const exact = values[camel(flag)];
  const least = values[camel(`${flag}-min`)] ?? exact;
  const most = values[camel(`${flag}-max`)] ?? exact;
  if (typeof least !== "number" && typeof most !== "number") return [];
  if (typeof least === "number" && typeof most === "number" && least > most)
    throw new CliError(`--${flag}: the least, ${least}, is more than the most, ${most}`);
  const wanted: Range = {
    least: typeof least === "number" ? least : 0,
    most: typeof most === "number" ? most : Number.POSITIVE_INFINITY,
  };
  const read = flag === "price-per-hour" && values["usageClass"] === "spot" ? spotPriceOf : of;
  return [
    (entry) => {
      const value = read(entry);
      return value !== null && value >= wanted.least && value <= wanted.most;
    },
  ];
}

const spotPriceOf = ({ row }: { readonly row: TypeRow }): number | null => row.spotPrice;

const listOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map((each) => String(each)) : undefined;

const camel = (flag: string): string => flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
