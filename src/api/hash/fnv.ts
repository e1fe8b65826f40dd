/** The value hash of api 0.5: FNV-1 (not FNV-1a) in 64 bits, with the rules for maps, lists and structs on top. */

const offsetBasis = 14_695_981_039_346_656_037n;
const prime = 1_099_511_628_211n;

/** A hash: an unsigned 64-bit number. */
export type Hash = bigint;

function hashBytes(bytes: Iterable<number>): Hash {
  let hash = offsetBasis;
  for (const byte of bytes) hash = BigInt.asUintN(64, hash * prime) ^ BigInt(byte);
  return hash;
}

/** The lowest `count` bytes of `value`, least significant first. */
function littleEndian(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

export const hashString = (text: string): Hash => hashBytes(utf8(text));

export const hashBool = (value: boolean): Hash => hashBytes([value ? 1 : 0]);

export const hashInt32 = (value: number): Hash => hashBytes(littleEndian(BigInt.asUintN(32, BigInt(value)), 4));

export const hashInt64 = (value: bigint | number): Hash =>
  hashBytes(littleEndian(BigInt.asUintN(64, BigInt(value)), 8));

export const hashRaw = (bytes: readonly number[]): Hash => hashBytes(bytes);

const pair = (a: Hash, b: Hash): Hash => hashBytes([...littleEndian(a, 8), ...littleEndian(b, 8)]);

const finish = (hash: Hash): Hash => hashBytes(littleEndian(hash, 8));

export function hashStringMap(map: Readonly<Record<string, string>>): Hash {
  const entries = Object.entries(map).map(([key, value]) => pair(hashString(key), hashString(value)));
  return finish(entries.reduce((all, entry) => all ^ entry, 0n));
}

/** Order does not count, and two identical elements cancel (sharp edge 34). */
export function hashList<T>(items: readonly T[], hash: (item: T) => Hash): Hash {
  return items.reduce((all, item) => all ^ hash(item), 0n);
}

/** Go field name and hash of its value; undefined leaves the field out, as a zero value does. */
export type StructField = readonly [name: string, hash: Hash | undefined];

export function hashStruct(typeName: string, fields: readonly StructField[]): Hash {
  return fields.reduce(
    (hash, [name, value]) => (value === undefined ? hash : finish(hash ^ pair(hashString(name), value))),
    hashString(typeName),
  );
}

/** UTF-8 bytes; this room has no TextEncoder. Lone surrogates become U+FFFD, as every encoder writes them. */
function* utf8(text: string): Generator<number> {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (point < 0x80) yield point;
    else if (point < 0x800) yield* [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
    else if (point < 0x10000) yield* [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
    else {
      yield* [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
    }
  }
}
