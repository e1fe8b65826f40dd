/** Calls as data, and the shape of what they carry: names and kinds of members, whatever their values. */

/** One call as it went over the wire, kept short. */
export interface RecordedCall {
  readonly input: unknown;
  readonly output?: unknown;
  /** What the SDK threw. */
  readonly error?: RecordedError;
}

export interface RecordedError {
  readonly name: string;
  readonly Code?: string;
  readonly status?: number;
}

/** `Reservations[].Instances[].InstanceId` to `text`, and so on. */
export type Shape = ReadonlyMap<string, string>;

const longestText = 120;

/** Lists keep the member that says most, long texts their beginning, dates are marked as such. */
export function shortened(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (typeof value === "string") return value.length > longestText ? `${value.slice(0, longestText)}...` : value;
  if (Array.isArray(value)) return fullestOf(value).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name, member]) => name !== "$metadata" && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, shortened(member)]));
}

function fullestOf(list: readonly unknown[]): readonly unknown[] {
  const sizes = list.map((member) => shapeOf(member).size);
  const most = Math.max(...sizes);
  return list.filter((_, index) => sizes[index] === most).slice(0, 1);
}

export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, string>();
  collect(value, "", shape);
  return shape;
}

function collect(value: unknown, path: string, shape: Map<string, string>): void {
  if (Array.isArray(value)) {
    for (const member of value) collect(member, `${path}[]`, shape);
    return;
  }
  const kind = kindOf(value);
  if (kind !== undefined) {
    shape.set(path, kind);
    return;
  }
  for (const [name, member] of Object.entries(value as object))
    if (name !== "$metadata" && member !== undefined) collect(member, path === "" ? name : `${path}.${name}`, shape);
}

/** Undefined for a structure. Ids and zones are kinds of text: what reads them relies on how they look. */
function kindOf(value: unknown): string | undefined {
  if (value instanceof Date) return "date";
  if (typeof value === "string") return textKind(value);
  if (typeof value !== "object" || value === null) return typeof value;
  return "$date" in value ? "date" : undefined;
}

function textKind(value: string): string {
  const id = /^([a-z]+)-[0-9a-f]{8,17}$/.exec(value)?.[1];
  if (id !== undefined) return `id of ${id}`;
  if (/^[a-z]{2}-[a-z]+-\d[a-z]$/.test(value)) return "zone";
  return /^[a-z0-9]+-az\d+$/.test(value) ? "id of a zone" : "text";
}

export const mergedShape = (values: readonly unknown[]): Shape =>
  new Map(values.flatMap((value) => [...shapeOf(value)]));

/** Only what AWS itself answered, not a connection that was cut. */
export function recordedError(thrown: unknown): RecordedError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { name, Code, $metadata } = thrown as Error & {
    readonly Code?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return undefined;
  return { name, ...(Code === undefined ? {} : { Code }), status };
}
