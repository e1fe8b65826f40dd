/** Spread constraints for pods that declare none (scheduling 5.9): what the process may be told. */
import { qualifiedNameProblem, type TopologySpreadConstraint } from "../../api/index.ts";
import { failed, ok, type Result } from "../result.ts";

/** A constraint without a selector: that is deduced for each pod. */
export type DefaultConstraint = Omit<TopologySpreadConstraint, "labelSelector" | "matchLabelKeys">;

export interface SchedulerConfig {
  readonly defaultConstraints: readonly DefaultConstraint[];
}

/** What is wrong with a document, one text for each fault, with its path. */
export type ConfigFailure = readonly string[];

const policies: readonly unknown[] = ["Honor", "Ignore"];

type FieldCheck = (value: unknown, path: string) => string | undefined;

const isPositive = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;

const fieldChecks: Readonly<Record<string, FieldCheck>> = {
  maxSkew: (value, path) => (isPositive(value) ? undefined : `${path}: must be an integer above 0, got ${text(value)}`),
  topologyKey: (value, path) => {
    const problem = typeof value === "string" ? qualifiedNameProblem(value) : "must be a label key";
    return problem === undefined ? undefined : `${path}: ${problem}, got ${text(value)}`;
  },
  whenUnsatisfiable: (value, path) =>
    value === "DoNotSchedule" || value === "ScheduleAnyway"
      ? undefined
      : `${path}: must be DoNotSchedule or ScheduleAnyway, got ${text(value)}`,
  minDomains: (value, path) =>
    value === undefined || isPositive(value) ? undefined : `${path}: must be an integer above 0, got ${text(value)}`,
  nodeAffinityPolicy: policyCheck,
  nodeTaintsPolicy: policyCheck,
  labelSelector: (value, path) =>
    value === undefined || value === null ? undefined : `${path}: must be null, it is deduced for each pod`,
  matchLabelKeys: (value, path) =>
    value === undefined || value === null || (Array.isArray(value) && value.length === 0)
      ? undefined
      : `${path}: must be empty, the selector is deduced for each pod`,
};

function policyCheck(value: unknown, path: string): string | undefined {
  return value === undefined || policies.includes(value)
    ? undefined
    : `${path}: must be Honor or Ignore, got ${text(value)}`;
}

/** Reads a parsed document (`podTopologySpread.defaultConstraints`). Unknown fields are faults, an empty document is none. */
export function readSchedulerConfig(document: unknown): Result<SchedulerConfig, ConfigFailure> {
  if (document === undefined || document === null) return ok({ defaultConstraints: [] });
  const faults: string[] = [];
  const root = fieldsOf(document, { path: "", known: ["podTopologySpread"], faults });
  const spread = fieldsOf(root["podTopologySpread"] ?? {}, {
    path: "podTopologySpread",
    known: ["defaultConstraints"],
    faults,
  });
  const path = "podTopologySpread.defaultConstraints";
  const list = spread["defaultConstraints"] ?? [];
  if (!Array.isArray(list)) return failed([...faults, `${path}: must be a list, got ${text(list)}`]);
  const constraints = list.map((item: unknown, i) => constraintOf(item, `${path}[${i}]`, faults));
  faults.push(...repeats(constraints, path));
  return faults.length > 0 ? failed(faults) : ok({ defaultConstraints: constraints });
}

function constraintOf(item: unknown, path: string, faults: string[]): DefaultConstraint {
  const fields = fieldsOf(item, { path, known: Object.keys(fieldChecks), faults });
  for (const [name, check] of Object.entries(fieldChecks)) {
    const fault = check(fields[name], `${path}.${name}`);
    if (fault !== undefined) faults.push(fault);
  }
  const { labelSelector: _, matchLabelKeys: __, ...constraint } = fields;
  return constraint as unknown as DefaultConstraint;
}

function fieldsOf(
  value: unknown,
  { path, known, faults }: { readonly path: string; readonly known: readonly string[]; readonly faults: string[] },
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.push(`${path === "" ? "document" : path}: must be an object, got ${text(value)}`);
    return {};
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      const place = path === "" ? name : `${path}.${name}`;
      faults.push(`${place}: unknown field, expected ${known.join(", ")}`);
    }
  }
  return value as Readonly<Record<string, unknown>>;
}

function repeats(constraints: readonly DefaultConstraint[], path: string): readonly string[] {
  const seen = new Set<string>();
  return constraints.flatMap(({ topologyKey, whenUnsatisfiable }, i) => {
    const pair = `${topologyKey}, ${whenUnsatisfiable}`;
    const again = seen.has(pair);
    seen.add(pair);
    return again ? [`${path}[${i}]: a second constraint for (${pair})`] : [];
  });
}

const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";
