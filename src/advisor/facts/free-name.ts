import type { Facts } from "./facts.ts";

/** The wish, or with a number behind it where an object of the input has that name: what is proposed replaces nothing. */
export function freeName(
  facts: Facts,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string | undefined; readonly name: string },
): string {
  const taken = namesOf(facts, kind);
  let free = name;
  for (let number = 2; taken.has(keyOf(namespace, free)); number += 1) free = `${name}-${number}`;
  return free;
}

const namesOf = (facts: Facts, kind: string): ReadonlySet<string> =>
  facts.remembered(facts, `names of ${kind}`, () => {
    const same = facts.objects.filter(({ object }) => object.kind === kind);
    return new Set(same.map(({ object: { metadata } }) => keyOf(metadata.namespace, metadata.name ?? "")));
  });

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? "default"}/${name}`;
