import { labels as labelKeys } from "../../api/index.ts";
import type { InstanceType, Offering } from "../catalogue/instance-type.ts";
import type { PoolView } from "../cluster/views.ts";
import { isCompatible } from "../requirements/compatible.ts";
import { requirementIn, type Requirements } from "../requirements/requirement.ts";
import { addRequirement, addRequirements, labelRequirements } from "../requirements/requirements.ts";
import type { OverlayRule } from "./overlay-rule.ts";

/** Types of one pool as overlays leave them. Types that no overlay touches are the very same objects. */
export function overlaidTypes(
  pool: PoolView,
  types: readonly InstanceType[],
  rules: readonly OverlayRule[],
): readonly InstanceType[] {
  if (rules.length === 0) return types;
  const changed = types.map((type) => overlaidType(pool, type, rules));
  return changed.some((type, i) => type !== types[i]) ? changed : types;
}

function overlaidType(pool: PoolView, type: InstanceType, rules: readonly OverlayRule[]): InstanceType {
  const touched = rules.map((rule) => ({ rule, offerings: offeringsOf(rule, pool, type) }));
  const offerings = type.offerings.map((offering) => overlaidOffering(offering, touched));
  const extra = touched
    .filter((each) => each.offerings.size > 0)
    .reduceRight<Readonly<Record<string, number>>>((sum, { rule }) => ({ ...sum, ...rule.capacity }), {});
  const hasCapacity = Object.keys(extra).length > 0;
  const hasPrice = offerings.some((offering, i) => offering !== type.offerings[i]);
  if (!hasCapacity && !hasPrice) return type;
  return {
    ...type,
    ...(hasPrice ? { offerings } : {}),
    ...(hasCapacity ? { capacity: { ...type.capacity, ...extra }, hasCapacityOverlay: true } : {}),
  };
}

/** The first that says a price wins. */
function overlaidOffering(
  offering: Offering,
  touched: readonly { readonly rule: OverlayRule; readonly offerings: ReadonlySet<Offering> }[],
): Offering {
  const first = touched.find(({ rule, offerings }) => rule.priceOf !== undefined && offerings.has(offering));
  if (first?.rule.priceOf === undefined) return offering;
  return { ...offering, price: first.rule.priceOf(offering.price), hasPriceOverlay: true };
}

/** Offerings that the rule means; none when the type itself is not meant. Undefined labels match nothing. */
export function offeringsOf(rule: OverlayRule, pool: PoolView, type: InstanceType): ReadonlySet<Offering> {
  const own = typeLabels(pool, type);
  if (!isCompatible(own, rule.requirements)) return new Set();
  return new Set(
    type.offerings.filter(({ requirements }) => isCompatible(addRequirements(own, requirements), rule.requirements)),
  );
}

function typeLabels({ key, pool }: PoolView, type: InstanceType): Requirements {
  const labels = labelRequirements(pool.spec.template.metadata?.labels);
  return addRequirement(addRequirements(type.requirements, labels), requirementIn(labelKeys.nodePool, key.name));
}
