import { capacityTypes, labels, type RequirementSpec } from "../../api/index.ts";
import {
  failed,
  type InstanceType,
  type Offering,
  ok,
  parseAmount,
  requirementOf,
  requirementsOf,
  type Resources,
  type Result,
  singleValueOf,
} from "../../core/index.ts";
import { createJsonReader, type JsonReader } from "./json-reader.ts";
import { inOrderOfName, makeInstanceType, makeOffering } from "./make-instance-type.ts";

/** Everything that is wrong with a file of types, each with its place and what was expected there. */
export interface TypesFileFailure {
  readonly problems: readonly string[];
}

/**
 * Types of a JSON file as the reference's KWOK provider reads it: a list of `{name, architecture, operatingSystems,
 * resources, offerings: [{Price, Available, Requirements, ReservationCapacity}]}` (spec: operations 6.3). In order of name.
 */
export function parseInstanceTypes(text: string): Result<readonly InstanceType[], TypesFileFailure> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return failed({ problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] });
  }
  const problems: string[] = [];
  const root = createJsonReader(document, "", problems);
  const items = root.items();
  if (Array.isArray(document) && items.length === 0) problems.push("expected at least one instance type, found none");
  const types = items.map((item) => readType(item));
  problems.push(...repeatedNames(types));
  return problems.length === 0 ? ok(inOrderOfName(types)) : failed({ problems });
}

function repeatedNames(types: readonly InstanceType[]): readonly string[] {
  const first = new Map<string, number>();
  return types.flatMap(({ name }, index) => {
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    return before === undefined || name === ""
      ? []
      : [`[${index}].name: expected a name of its own, found "${name}" of [${before}] again`];
  });
}

function readType(item: JsonReader): InstanceType {
  const name = item.field("name").text();
  return makeInstanceType({
    name,
    architecture: item.field("architecture").text(),
    operatingSystems: readOperatingSystems(item.field("operatingSystems")),
    capacity: readResources(item.field("resources")),
    offerings: item
      .field("offerings")
      .items()
      .map((offering) => readOffering(offering, name)),
  });
}

function readOperatingSystems(list: JsonReader): readonly string[] {
  const names = list.items();
  if (names.length === 0 && list.present) list.refuse("at least one operating system");
  return names.map((name) => name.text());
}

const needed = ["cpu", "memory", "pods"];

function readResources(map: JsonReader): Resources {
  const amounts: Record<string, number> = {};
  for (const [resource, entry] of map.entries()) {
    const amount = parseAmount(resource, entry.amount());
    if (amount.ok) amounts[resource] = amount.value;
    else entry.refuse("an amount such as 4, 500m or 16Gi");
  }
  for (const resource of needed) if (map.present && amounts[resource] === undefined) missing(map, resource);
  return amounts;
}

function missing(map: JsonReader, resource: string): void {
  if (!map.field(resource).present) map.field(resource).refuse("an amount");
}

function readOffering(item: JsonReader, type: string): Offering {
  const price = item.field("Price");
  const usd = price.number();
  if (usd < 0) price.refuse("USD an hour, 0 or more");
  const list = item.field("Requirements");
  const requirements = requirementsOf(list.items().map((entry) => requirementOf(readRequirement(entry))));
  const valueOf = (key: string): string => {
    const value = singleValueOf(requirements.get(key));
    if (value === undefined) list.refuse(`a requirement that says ${key} In with exactly one value`);
    return value ?? "";
  };
  const zone = valueOf(labels.zone);
  const capacityType = valueOf(labels.capacityType);
  const reserved = item.field("ReservationCapacity");
  const facts = { zone, capacityType, price: usd, available: item.field("Available").flag() };
  if (!reserved.present || capacityType !== capacityTypes.reserved) return makeOffering(facts, requirements);
  const reservation = { reservationId: `${type}/${zone}`, reservationCapacity: reserved.number() };
  return makeOffering({ ...facts, ...reservation }, requirements);
}

const operators: ReadonlySet<string> = new Set(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"]);

function readRequirement(entry: JsonReader): RequirementSpec {
  const operator = entry.field("operator");
  const name = operator.text();
  if (name !== "" && !operators.has(name)) operator.refuse(`one of ${[...operators].join(", ")}`);
  const values = entry.field("values");
  return {
    key: entry.field("key").text(),
    operator: name as RequirementSpec["operator"],
    values: values.present ? values.items().map((value) => value.text()) : [],
  };
}
