/** The document of `--cluster-limits`: a list, each with a name, a selector of pools, resources and a price (v1alpha5 R67). */
import { parseResources } from "../quantity/parse-resources.ts";
import { failed, ok, type Result } from "../result.ts";
import { compileSelector } from "../selectors/label-selector.ts";
import type { ClusterLimit } from "./cluster-limits.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Each fault says where it is, what was found and what was expected. Nothing and an empty text are no limits. */
export function readClusterLimits(document: unknown): Result<readonly ClusterLimit[], readonly string[]> {
  if (document === undefined || document === null) return ok([]);
  if (!Array.isArray(document)) return failed([`must be a list of limits, got ${shown(document)}`]);
  const faults: string[] = [];
  const limits = document.flatMap((item: unknown, at) => readLimit(item, `[${at}]`, faults) ?? []);
  const names = limits.map(({ name }) => name);
  for (const name of new Set(names.filter((each, at) => names.indexOf(each) < at)))
    faults.push(`two limits are called "${name}", expected names of their own`);
  return faults.length > 0 ? failed(faults) : ok(limits);
}

const known: ReadonlySet<string> = new Set(["name", "nodePoolSelector", "limits", "pricePerHour"]);

function readLimit(item: unknown, path: string, faults: string[]): ClusterLimit | undefined {
  if (!isFields(item)) {
    faults.push(`${path}: must be an object, got ${shown(item)}`);
    return undefined;
  }
  for (const key of Object.keys(item))
    if (!known.has(key)) faults.push(`${path}.${key}: is not known, expected ${[...known].join(", ")}`);
  const { nodePoolSelector = {}, limits = {} } = item;
  const name = readName(item["name"], `${path}.name`, faults);
  const price = readPrice(item["pricePerHour"], `${path}.pricePerHour`, faults);
  const selects = readSelector(nodePoolSelector, `${path}.nodePoolSelector`, faults);
  const resources = readResources(limits, `${path}.limits`, faults);
  if (item["pricePerHour"] === undefined && Object.keys(limits ?? {}).length === 0)
    faults.push(`${path}: limits nothing, expected limits or pricePerHour`);
  if (name === undefined || selects === undefined || resources === undefined) return undefined;
  return { name, selects, resources, ...price };
}

function readName(given: unknown, path: string, faults: string[]): string | undefined {
  if (typeof given === "string" && given !== "") return given;
  faults.push(`${path}: must be a name, got ${shown(given)}`);
  return undefined;
}

function readPrice(given: unknown, path: string, faults: string[]): Pick<ClusterLimit, "pricePerHour"> {
  if (given === undefined) return {};
  if (typeof given === "number" && Number.isFinite(given) && given >= 0) return { pricePerHour: given };
  faults.push(`${path}: must be USD an hour, 0 or more, got ${shown(given)}`);
  return {};
}

function readSelector(given: unknown, path: string, faults: string[]): ClusterLimit["selects"] | undefined {
  if (!isFields(given)) {
    faults.push(`${path}: must be a label selector, got ${shown(given)}`);
    return undefined;
  }
  const compiled = compileSelector(given);
  if (compiled.ok) return compiled.value;
  faults.push(`${path}: ${compiled.failure.message}`);
  return undefined;
}

function readResources(given: unknown, path: string, faults: string[]): ClusterLimit["resources"] | undefined {
  const isText = (value: unknown): boolean => typeof value === "string" || typeof value === "number";
  if (!isFields(given) || !Object.values(given).every(isText)) {
    faults.push(`${path}: must be quantities by resource, got ${shown(given)}`);
    return undefined;
  }
  const parsed = parseResources(
    Object.fromEntries(Object.entries(given).map(([resource, amount]) => [resource, String(amount)])),
  );
  if (parsed.ok) return parsed.value;
  faults.push(...parsed.failure.map(({ message }) => `${path}: ${message}`));
  return undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";
