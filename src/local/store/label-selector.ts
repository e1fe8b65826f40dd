/** Label selectors: the text grammar of `labelSelector` and the object form of specs. */
import type { LabelSelector } from "../../api/index.ts";

export type LabelMap = Readonly<Record<string, string>>;
export type LabelMatch = (labels: LabelMap | undefined) => boolean;

export type SelectorResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

interface LabelRequirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
}

const keyPattern = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const setTerm = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const equalityTerm = /^([^\s=!<>]+)\s*(==|=|!=|>|<)\s*(\S*)$/;

function meets(requirement: LabelRequirement, labels: LabelMap): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notin":
      return value === undefined || !requirement.values.includes(value);
    case "gt":
    case "lt":
    default:
      return isBeyond(requirement, value);
  }
}

function isBeyond({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  const number = value !== undefined && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  const bound = Number(values[0]);
  return operator === "gt" ? number > bound : number < bound;
}

const everything: LabelMatch = () => true;
const nothing: LabelMatch = () => false;
const noLabels: LabelMap = Object.freeze({});

function matchAll(requirements: readonly LabelRequirement[]): LabelMatch {
  if (requirements.length === 0) return everything;
  return (labels = noLabels) => requirements.every((requirement) => meets(requirement, labels));
}

/** Splits at commas outside of parentheses. */
function terms(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    else if (text[index] === ")") depth -= 1;
    else if (text[index] === "," && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function parseTerm(term: string): LabelRequirement | undefined {
  const set = setTerm.exec(term);
  if (set !== null) {
    const values = set[3]!.split(",").map((value) => value.trim());
    return { key: set[1]!, operator: set[2] === "in" ? "in" : "notin", values };
  }
  const equality = equalityTerm.exec(term);
  if (equality !== null) {
    const operators = { "=": "in", "==": "in", "!=": "notin", ">": "gt", "<": "lt" } as const;
    return { key: equality[1]!, operator: operators[equality[2] as keyof typeof operators], values: [equality[3]!] };
  }
  if (/^!\s*\S+$/.test(term)) return { key: term.slice(1).trim(), operator: "absent", values: [] };
  return /^\S+$/.test(term) ? { key: term, operator: "exists", values: [] } : undefined;
}

/** What kube-apiserver's parser stumbles over in a term that is none. */
function termProblem(term: string): string {
  const [, operator, rest = ""] = term.split(/\s+/);
  if (operator === "in" || operator === "notin") return `found '${rest}' expected: '('`;
  return `found '${operator ?? term}', expected: in, notin, =, ==, !=, gt, lt`;
}

function requirementProblem(requirement: LabelRequirement): string | undefined {
  if (!keyPattern.test(requirement.key)) return `key: Invalid value: ${JSON.stringify(requirement.key)}`;
  if (requirement.operator === "gt" || requirement.operator === "lt") {
    const integer = /^-?\d+$/.test(requirement.values[0] ?? "");
    return integer
      ? undefined
      : `values[0]: Invalid value: ${JSON.stringify(requirement.values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`;
  }
  const bad = requirement.values.find((value) => !valuePattern.test(value) || value.length > 63);
  return bad === undefined ? undefined : `values[0][${requirement.key}]: Invalid value: ${JSON.stringify(bad)}`;
}

/** Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`. Empty text selects everything. */
export function parseLabelSelector(text: string | undefined): SelectorResult<LabelMatch> {
  if (text === undefined || text.trim() === "") return { ok: true, value: everything };
  const requirements: LabelRequirement[] = [];
  for (const term of terms(text)) {
    const requirement = parseTerm(term);
    if (requirement === undefined) {
      return { ok: false, message: `unable to parse requirement: ${termProblem(term)}` };
    }
    const problem = requirementProblem(requirement);
    if (problem !== undefined) return { ok: false, message: `unable to parse requirement: ${problem}` };
    requirements.push(requirement);
  }
  return { ok: true, value: matchAll(requirements) };
}

/** Match function of a spec's selector: absent selects nothing, empty selects everything. */
export function labelSelectorMatch(selector: LabelSelector | undefined): LabelMatch {
  if (selector === undefined) return nothing;
  const operators = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "absent" } as const;
  return matchAll([
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
      key,
      operator: "in" as const,
      values: [value],
    })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({
      key,
      operator: operators[operator],
      values,
    })),
  ]);
}
