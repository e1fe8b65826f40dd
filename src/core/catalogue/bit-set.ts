/**
 * Sets of small integers as words of 32 bits. Sets of one universe have equal length; the caller keeps them apart.
 * Functions named `...Into` write their first argument and return it.
 */
export type BitSet = Uint32Array;

export const bitSetOf = (size: number): BitSet => new Uint32Array((size + 31) >>> 5);

export function fullBitSet(size: number): BitSet {
  const set = bitSetOf(size).fill(0xffffffff);
  const rest = size & 31;
  if (rest !== 0) set[set.length - 1] = (1 << rest) - 1;
  return set;
}

export const hasBit = (set: BitSet, index: number): boolean => (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;

export function setBit(set: BitSet, index: number): void {
  const word = index >>> 5;
  set[word] = (set[word] ?? 0) | (1 << (index & 31));
}

export function andInto(target: BitSet, other: BitSet): BitSet {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) & (other[i] ?? 0);
  return target;
}

export function isEmptySet(set: BitSet): boolean {
  for (let i = 0; i < set.length; i++) if (set[i] !== 0) return false;
  return true;
}

export function isEqualSet(a: BitSet, b: BitSet): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function intersects(a: BitSet, b: BitSet): boolean {
  for (let i = 0; i < a.length; i++) if (((a[i] ?? 0) & (b[i] ?? 0)) !== 0) return true;
  return false;
}

/** Visits members in rising order; the visit may remove the member that it is shown. */
export function eachMember(set: BitSet, visit: (member: number) => void): void {
  for (let i = 0; i < set.length; i++) {
    let word = set[i] ?? 0;
    while (word !== 0) {
      const low = word & -word;
      visit((i << 5) + (31 - Math.clz32(low)));
      word ^= low;
    }
  }
}

/** Members in rising order. */
export function membersOf(set: BitSet): number[] {
  const members: number[] = [];
  eachMember(set, (member) => members.push(member));
  return members;
}
