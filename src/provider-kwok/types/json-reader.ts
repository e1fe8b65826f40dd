/** Reads a JSON document field by field; whatever is wrong is noted with its place, and reading goes on. */
export interface JsonReader {
  readonly place: string;
  /** A field of an object, whatever the case of its name, as Go's decoder reads it. */
  field(name: string): JsonReader;
  items(): readonly JsonReader[];
  text(): string;
  number(): number;
  /** A text or a number: amounts may be written as either. */
  amount(): string | number;
  flag(): boolean;
  entries(): readonly (readonly [string, JsonReader])[];
  /** Whether there is anything at this place. */
  readonly present: boolean;
  /** Notes that what was expected is not here. */
  refuse(expected: string): void;
}

export function createJsonReader(value: unknown, place: string, problems: string[]): JsonReader {
  const refuse = (expected: string): void =>
    void problems.push(`${place === "" ? "the document" : place}: expected ${expected}, found ${shown(value)}`);
  const at = (inner: unknown, path: string): JsonReader => createJsonReader(inner, path, problems);
  return {
    place,
    present: value !== undefined,
    refuse,
    field: (name) => at(fieldOf(value, name), place === "" ? name : `${place}.${name}`),
    items: () => {
      if (Array.isArray(value)) return value.map((item: unknown, index) => at(item, `${place}[${index}]`));
      refuse("a list");
      return [];
    },
    text: () => {
      if (typeof value === "string" && value !== "") return value;
      refuse("a text that is not empty");
      return "";
    },
    number: () => {
      if (typeof value === "number" && Number.isFinite(value)) return value;
      refuse("a number");
      return 0;
    },
    amount: () => {
      if (typeof value === "string" || typeof value === "number") return value;
      refuse("an amount such as 4, 500m or 16Gi");
      return 0;
    },
    flag: () => {
      if (typeof value !== "boolean") refuse("true or false");
      return value === true;
    },
    entries: () => {
      if (isObject(value)) return Object.entries(value).map(([key, inner]) => [key, at(inner, `${place}.${key}`)]);
      refuse("an object");
      return [];
    },
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldOf(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  const key = Object.keys(value).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : value[key];
}

const longest = 60;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
