import type { Requirements } from "./requirement.ts";

const mostEdits = 2;
/** Shorter keys are near to everything. */
const leastLength = 4 * mostEdits;

/**
 * The known key that an unknown one was meant to be: first by the part that both share (scheduling 3.4), over the
 * well-known keys and then the node side's; else the nearest of them all by edits, at most two (operations 5.1).
 */
export function typoHint(key: string, allowUndefined: ReadonlySet<string>, existing: Requirements): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const resembles = (known: string) => known.includes(key) || known.endsWith(name);
  const own = [...existing.keys()].sort();
  const meant = [...allowUndefined].find(resembles) ?? own.find(resembles) ?? nearest(key, [...allowUndefined, ...own]);
  return meant === undefined ? "" : ` (typo of "${meant}"?)`;
}

function nearest(key: string, known: readonly string[]): string | undefined {
  if (key.length < leastLength) return undefined;
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of known) {
    if (Math.abs(name.length - key.length) > mostEdits) continue;
    const edits = editsBetween(key, name);
    if (edits <= mostEdits && edits < (best?.edits ?? Infinity)) best = { name, edits };
  }
  return best?.name;
}

/** Levenshtein's distance; two swapped letters count as two. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
