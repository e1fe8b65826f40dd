import { failed, ok, type Result } from "../../../src/core/index.ts";

/** A rule and how it is taken out: `find` is replaced by `replace` where it stands, exactly once in the file. */
export interface Mutation {
  /** In words, with the section that has it. */
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Files with the scenario's tests. */
  readonly tests: readonly string[];
}

/** By scenario. */
export type MutantTable = Readonly<Record<string, Mutation>>;

export function applyMutation(text: string, { file, find, replace }: Mutation): Result<string, string> {
  const at = text.indexOf(find);
  if (at < 0) return failed(`${file} does not hold ${JSON.stringify(find)}: the row is out of date`);
  if (text.indexOf(find, at + 1) >= 0) return failed(`${file} holds ${JSON.stringify(find)} more than once`);
  return ok(text.slice(0, at) + replace + text.slice(at + find.length));
}

/** `count` of the ids without repetition, the same for the same seed and list. */
export function drawn(
  ids: readonly string[],
  { seed, count }: { readonly seed: number; readonly count: number },
): readonly string[] {
  const left = ids.toSorted();
  const chosen: string[] = [];
  for (let state = seed >>> 0; chosen.length < count && left.length > 0; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    chosen.push(...left.splice(Math.floor((state / 2 ** 32) * left.length), 1));
  }
  return chosen;
}
