/** Schema of node selector requirements with the label rules of each kind (spec: api 1.3 and 1.4). */
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import { labels } from "../labels/names.ts";
import type { LabelPlace } from "../labels/restrictions.ts";
import {
  admissionRestrictedSuffixes,
  admittedAwsKeys,
  admittedCoreKeys,
  isRefusedBySuffix,
} from "../labels/restrictions.ts";
import type { AdmissionRule, SchemaNode } from "../schema/node.ts";
import { int, list, obj, rule, str } from "../schema/node.ts";
import { qualifiedNamePattern } from "./fields.ts";

interface KeyTest {
  /** CEL over the key in the variable `key`. */
  cel(key: string): string;
  readonly message: string;
  holds(key: string): boolean;
}

const quotedList = (items: readonly string[]): string => `[${items.map((item) => `'${item}'`).join(", ")}]`;

function suffixTest(suffix: string, allowed: readonly string[]): KeyTest {
  const pattern = `^[^/]*${suffix.replaceAll(".", "[.]")}(/|$)`;
  return {
    cel: (key) => `${key} in ${quotedList(allowed)} || !${key}.matches('${pattern}')`,
    message: `label domain "${suffix}" is restricted`,
    holds: (key) => !isRefusedBySuffix(key, suffix, allowed),
  };
}

const exactTest = (key: string): KeyTest => ({
  cel: (variable) => `${variable} != '${key}'`,
  message: `label "${key}" is restricted`,
  holds: (candidate) => candidate !== key,
});

function keyTests(place: LabelPlace): readonly KeyTest[] {
  const { core, aws } = admissionRestrictedSuffixes;
  const poolAllowed = admittedCoreKeys[place].includes(labels.nodePool);
  return [
    suffixTest(core, admittedCoreKeys[place]),
    ...(poolAllowed ? [] : [exactTest(labels.nodePool)]),
    exactTest(labels.hostname),
    suffixTest(aws, admittedAwsKeys[place]),
  ];
}

/** The label rules over the keys of a map. */
export function labelMapRules(place: LabelPlace): readonly AdmissionRule[] {
  return keyTests(place).map((test) =>
    rule<Readonly<Record<string, unknown>>>({
      cel: `self.all(k, ${test.cel("k")})`,
      message: test.message,
      check: (self) => Object.keys(self).every((key) => test.holds(key)),
    }),
  );
}

/** The label rules over one key. */
function keyRules(place: LabelPlace): readonly AdmissionRule[] {
  return keyTests(place).map((test) =>
    rule<string>({
      cel: test.cel("self"),
      message: test.message,
      check: (self) => test.holds(self),
    }),
  );
}

export const requirementOperators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"] as const;

const numericOperators: ReadonlySet<string> = new Set(["Gt", "Lt", "Gte", "Lte"]);

type Requirements = readonly RequirementSpec[];

/** A missing `values` makes the rule itself fail, which refuses the object all the same (sharp edge 2). */
const hasValues = (operator: "In" | "NotIn"): AdmissionRule =>
  rule<Requirements>({
    cel: `self.all(x, x.operator == '${operator}' ? x.values.size() != 0 : true)`,
    message: `requirements with operator '${operator}' must have a value defined`,
    check: (self) => self.every((x) => x.operator !== operator || (x.values ?? []).length > 0),
  });

const maxInt64 = 9_223_372_036_854_775_807n;

/** What CEL's `int()` reads as an integer of at least 0. */
export function isNonNegativeInteger(text: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ""));
  return value >= 0n && value <= maxInt64;
}

const numericValues = (operators: string): AdmissionRule =>
  rule<Requirements>({
    cel: "self.all(x, x.operator in ['Gt', 'Lt', 'Gte', 'Lte'] ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
    message: `requirements operator ${operators} must have a single positive integer value`,
    check: (self) =>
      self.every((x) => {
        if (!numericOperators.has(x.operator)) return true;
        const [value] = x.values ?? [];
        return x.values?.length === 1 && value !== undefined && isNonNegativeInteger(value);
      }),
  });

const enoughValues = rule<Requirements>({
  cel: "self.all(x, (x.operator == 'In' && has(x.minValues)) ? x.values.size() >= x.minValues : true)",
  message: "requirements with 'minValues' must have at least that many values specified in the 'values' field",
  check: (self) =>
    self.every((x) => x.operator !== "In" || x.minValues === undefined || (x.values ?? []).length >= x.minValues),
});

function requirement(place: LabelPlace): SchemaNode {
  const minValues = int(
    "Least number of distinct values of this key among the instance types that are considered. Alpha.",
    { minimum: 1, maximum: 50 },
  );
  return obj(
    "One constraint on the labels of nodes.",
    {
      key: str("Label key.", { maxLength: 316, pattern: qualifiedNamePattern, rules: keyRules(place) }),
      operator: str("How the label's value relates to the values.", { enum: requirementOperators }),
      // Values are judged by the controller only: upstream's pattern stands on the list, where it has no effect.
      values: list(
        "Values: at least one for In, one integer for Gt, Lt, Gte and Lte, none for Exists and DoesNotExist.",
        { type: "string" },
        { "x-kubernetes-list-type": "atomic" },
      ),
      ...(place === "nodeoverlay-requirement" ? {} : { minValues }),
    },
    { required: ["key", "operator"] },
  );
}

/** The list as NodePools and NodeClaims have it. */
export function requirements(place: "nodepool-requirement" | "nodeclaim-requirement"): SchemaNode {
  return list("Constraints on what may be launched. All must hold.", requirement(place), {
    maxItems: 100,
    "x-kubernetes-list-type": "atomic",
    rules: [hasValues("In"), numericValues("'Gt', 'Lt', 'Gte', or 'Lte'"), enoughValues],
  });
}

/** The list of a NodeOverlay: `NotIn` needs values too, and there is no `minValues`. */
export const overlayRequirements = list(
  "Which instance types and offerings are changed. All must hold; an empty list means all.",
  requirement("nodeoverlay-requirement"),
  {
    maxItems: 100,
    "x-kubernetes-list-type": "atomic",
    rules: [hasValues("In"), hasValues("NotIn"), numericValues("'Gt', 'Lt', 'Gte' or 'Lte'")],
  },
);
