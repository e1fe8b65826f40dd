import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Ids, Random } from "./random.ts";

const two32 = 2 ** 32;

function withInteger(next: () => number): Random {
  return Object.freeze({
    next,
    integer: (bound: number) => {
      if (!Number.isSafeInteger(bound) || bound <= 0) {
        throw new RangeError(`bound of a random integer must be a whole number above 0, found ${bound}`);
      }
      return Math.floor(next() * bound);
    },
  });
}

/**
 * Equal seeds give equal sequences on every machine (sfc32, the small fast counter generator of PractRand, its state
 * taken from SHA-256 of the seed so that seeds which differ little give unrelated sequences).
 */
export function createSeededRandom(seed: number | string): Random {
  const hash = createHash("sha256").update(String(seed)).digest();
  let a = hash.readUInt32LE(0);
  let b = hash.readUInt32LE(4);
  let c = hash.readUInt32LE(8);
  let counter = 1;
  return withInteger(() => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / two32;
  });
}

/** Numbers that the machine is asked for at once: a call for each costs more than most of what they are drawn for. */
const drawnAtOnce = 1_024;

/** Chance of the machine. */
export function createSystemRandom(): Random {
  let drawn = Buffer.alloc(0);
  let next = 0;
  return withInteger(() => {
    if (next >= drawn.length) {
      drawn = randomBytes(4 * drawnAtOnce);
      next = 0;
    }
    const number = drawn.readUInt32LE(next);
    next += 4;
    return number / two32;
  });
}

/** The letters Kubernetes gives generated names: no vowels, so that no words come out. */
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

const suffixFrom = (random: Random, length: number): string =>
  Array.from({ length }, () => suffixAlphabet[random.integer(suffixAlphabet.length)]).join("");

const hexOf = (value: number): string => value.toString(16).padStart(8, "0");

/** Four draws for an identifier, as every reconcile takes one. */
function uuidFrom(random: Random): string {
  const [a, b, c, d] = [
    hexOf(random.integer(two32)),
    hexOf(random.integer(two32)),
    random.integer(two32),
    hexOf(random.integer(two32)),
  ];
  const variant = hexOf(((c & 0x3fff_ffff) | 0x8000_0000) >>> 0);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant.slice(0, 4)}-${variant.slice(4)}${d}`;
}

/** Identifiers that follow from `random`: equal seeds, equal identifiers. */
export function createIds(random: Random): Ids {
  return Object.freeze({
    uuid: () => uuidFrom(random),
    suffix: (length = 5) => suffixFrom(random, length),
  });
}

/** Identifiers that are unique in the world. */
export function createSystemIds(): Ids {
  const random = createSystemRandom();
  return Object.freeze({ uuid: () => randomUUID(), suffix: (length = 5) => suffixFrom(random, length) });
}
