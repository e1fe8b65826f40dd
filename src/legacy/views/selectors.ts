/** Selectors of the era as terms: terms are ORed, members of a term ANDed (spec: v1alpha5 2.4, 5.2). */
import {
  type AmiSelectorTerm,
  type SecurityGroupSelectorTerm,
  type Selector,
  selectorIdKeys,
  type SubnetSelectorTerm,
} from "../../api/index.ts";

const nameKey = "aws::name";
const ownersKey = "aws::owners";

/** Items of a comma list, each trimmed. Upstream trimmed only the ends of the list from v0.31 on, and lost the rest. */
export const listItems = (text: string): readonly string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** Terms for subnets and security groups. */
export function networkTerms(
  selector: Selector | undefined,
): readonly (SubnetSelectorTerm & Omit<SecurityGroupSelectorTerm, "name">)[] {
  if (selector === undefined) return [];
  const ids = idsOf(selector);
  const tags = tagsOf(selector);
  if (ids.length === 0) return tagProduct(tags).map((each) => ({ tags: each }));
  // Ids with tags were ANDed before v0.30; such objects cannot be written any more, but may be stored.
  const plain = Object.keys(tags).length === 0;
  return ids.flatMap((id) => (plain ? [{ id }] : tagProduct(tags).map((each) => ({ id, tags: each }))));
}

/** Terms for images; empty for the default images of the family. Beside ids everything else is unreachable. */
export function imageTerms(selector: Selector | undefined): readonly AmiSelectorTerm[] {
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  const ids = idsOf(selector);
  if (ids.length > 0) return ids.map((id) => ({ id }));
  const names = alternatives(selector[nameKey]);
  const owners = alternatives(selector[ownersKey]);
  const tags = tagsOf(selector);
  const tagged = Object.keys(tags).length === 0 ? [undefined] : tagProduct(tags);
  return owners.flatMap((owner) =>
    names.flatMap((name) =>
      tagged.map((each) => ({
        ...(owner === undefined ? {} : { owner }),
        ...(name === undefined ? {} : { name }),
        ...(each === undefined ? {} : { tags: each }),
      })),
    ),
  );
}

const alternatives = (text: string | undefined): readonly (string | undefined)[] =>
  text === undefined ? [undefined] : listItems(text);

const idsOf = (selector: Selector): readonly string[] =>
  selectorIdKeys.flatMap((key) => listItems(selector[key] ?? ""));

/** Whether a selector has ids and something beside them. */
export const hasIdsAndMore = (selector: Selector | undefined): boolean =>
  selector !== undefined && idsOf(selector).length > 0 && Object.keys(selector).length > 1;

export function tagsOf(selector: Selector): Selector {
  const special = [...selectorIdKeys, nameKey, ownersKey];
  return Object.fromEntries(Object.entries(selector).filter(([key]) => !special.includes(key)));
}

/** One map of tags for each choice among the comma lists of their values. */
function tagProduct(tags: Selector): readonly Selector[] {
  let product: readonly Selector[] = [{}];
  for (const [key, text] of Object.entries(tags)) {
    const values = listItems(text);
    product = product.flatMap((chosen) => values.map((value) => ({ ...chosen, [key]: value })));
  }
  return product;
}
