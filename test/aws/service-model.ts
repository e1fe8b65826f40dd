/** The service models of botocore, which come with moto: what AWS says that requests and answers look like. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

interface Member {
  readonly shape: string;
}

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

interface ServiceDescription {
  readonly operations: Readonly<Record<string, { readonly input?: Member; readonly output?: Member }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Both directions of the calls of one service. */
export interface ServiceModel {
  readonly operations: ReadonlySet<string>;
  /** What of a request AWS would not take; each with its place. */
  requestProblems(operation: string, input: unknown): readonly string[];
  /** What of an answer AWS would never give. */
  answerProblems(operation: string, output: unknown): readonly string[];
}

/** The newest description of a service below the site-packages of moto's Python. */
export function loadServiceModel(packages: string, service: string): ServiceModel {
  const folder = join(packages, "botocore/data", service);
  const newest = readdirSync(folder).sort().at(-1) ?? "";
  const text = gunzipSync(readFileSync(join(folder, newest, "service-2.json.gz"))).toString("utf8");
  const description = JSON.parse(text) as ServiceDescription;
  const check = (direction: "input" | "output") => (operation: string, value: unknown) => {
    const known = description.operations[operation];
    if (known === undefined) return [`${operation} is no operation of ${service}`];
    const member = known[direction];
    if (member === undefined) return isEmpty(value) ? [] : [`${operation} has no ${direction}`];
    return problemsOf(description.shapes, { name: member.shape, value, path: operation });
  };
  return {
    operations: new Set(Object.keys(description.operations)),
    requestProblems: check("input"),
    answerProblems: check("output"),
  };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

interface Place {
  readonly name: string;
  readonly value: unknown;
  readonly path: string;
}

type Shapes = ServiceDescription["shapes"];

function problemsOf(shapes: Shapes, place: Place): readonly string[] {
  const shape = shapes[place.name];
  if (shape === undefined) return [`${place.path}: the model lacks the shape ${place.name}`];
  const checkType = checks[shape.type];
  if (checkType === undefined) return [`${place.path}: no check for the type ${shape.type}`];
  return checkType(shape, place, (inner) => problemsOf(shapes, inner));
}

type Check = (shape: Shape, place: Place, inner: (place: Place) => readonly string[]) => readonly string[];

const wrong = ({ path, value }: Place, expected: string): readonly string[] => [
  `${path}: expected ${expected}, found ${JSON.stringify(value)?.slice(0, 80)}`,
];

const structure: Check = (shape, place, inner) => {
  const { value, path } = place;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(place, "a structure");
  // The SDK adds it to every answer.
  const entries = Object.entries(value).filter(([name, given]) => name !== "$metadata" && given !== undefined);
  const present = new Set(entries.map(([name]) => name));
  const missing = (shape.required ?? []).filter((name) => !present.has(name));
  return [
    ...missing.map((name) => `${path}.${name}: is required`),
    ...entries.flatMap(([name, given]) => {
      const member = shape.members?.[name];
      if (member === undefined) return [`${path}.${name}: AWS knows no such member`];
      return inner({ name: member.shape, value: given, path: `${path}.${name}` });
    }),
  ];
};

const list: Check = (shape, place, inner) => {
  if (!Array.isArray(place.value)) return wrong(place, "a list");
  return [
    ...lengthProblems(shape, place, place.value.length),
    ...place.value.flatMap((value: unknown, index) =>
      inner({ name: shape.member?.shape ?? "", value, path: `${place.path}[${index}]` }),
    ),
  ];
};

const map: Check = (shape, place, inner) => {
  const { value, path } = place;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(place, "a map");
  return Object.entries(value).flatMap(([key, given]) => [
    ...inner({ name: shape.key?.shape ?? "", value: key, path: `${path}[key]` }),
    ...inner({ name: shape.value?.shape ?? "", value: given, path: `${path}[${key}]` }),
  ]);
};

function lengthProblems({ min, max }: Shape, { path }: Place, length: number): readonly string[] {
  if (min !== undefined && length < min) return [`${path}: has ${length}, at least ${min} are expected`];
  return max !== undefined && length > max ? [`${path}: has ${length}, at most ${max} are expected`] : [];
}

/** Some patterns use classes of Unicode, others escapes that only the older mode lets pass. */
function expressionOf(pattern: string): RegExp {
  const whole = `^(?:${pattern})$`;
  try {
    return new RegExp(whole, "su");
  } catch {
    return new RegExp(whole, "s");
  }
}

const text: Check = (shape, place) => {
  const { value, path } = place;
  if (typeof value !== "string") return wrong(place, "a text");
  if (shape.enum !== undefined && !shape.enum.includes(value)) return wrong(place, `one of ${shape.enum.join(", ")}`);
  if (shape.pattern !== undefined && !expressionOf(shape.pattern).test(value))
    return wrong(place, `a text like ${shape.pattern}`);
  return lengthProblems(shape, { ...place, path }, value.length);
};

const number: Check = (shape, place) => {
  if (typeof place.value !== "number" || !Number.isFinite(place.value)) return wrong(place, "a number");
  if (/^(integer|long)$/.test(shape.type) && !Number.isInteger(place.value)) return wrong(place, "a whole number");
  const { min, max } = shape;
  if ((min !== undefined && place.value < min) || (max !== undefined && place.value > max))
    return wrong(place, `${min ?? "-"} to ${max ?? "-"}`);
  return [];
};

const ofKind =
  (name: string, holds: (value: unknown) => boolean): Check =>
  (_, place) =>
    holds(place.value) ? [] : wrong(place, name);

const checks: Readonly<Record<string, Check>> = {
  structure,
  list,
  map,
  string: text,
  integer: number,
  long: number,
  float: number,
  double: number,
  boolean: ofKind("true or false", (value) => typeof value === "boolean"),
  timestamp: ofKind("a date", (value) => value instanceof Date),
  blob: ofKind("bytes", (value) => value instanceof Uint8Array),
};
