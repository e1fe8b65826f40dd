import * as fc from "fast-check";
import { describe, it } from "vitest";
import {
  addResources,
  equalResources,
  fitsResources,
  maxResources,
  minResources,
  subtractResources,
  sumResources,
} from "./arithmetic.ts";
import { formatResource } from "./format-resources.ts";
import { parseAmount } from "./parse-resources.ts";
import { parseQuantity, wholeUnits } from "./quantity.ts";

const names = ["cpu", "memory", "pods", "nvidia.com/gpu", "ephemeral-storage"];
const resources = fc.dictionary(fc.constantFrom(...names), fc.nat({ max: 2 ** 45 }));
const suffix = fc.constantFrom("", "n", "u", "m", "k", "M", "Ki", "Mi", "Gi", "e3", "E-3");

describe("quantities", () => {
  it("read back what was printed", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat({ max: Number.MAX_SAFE_INTEGER }), (name, amount) => {
        const parsed = parseAmount(name, formatResource(name, amount));
        return parsed.ok && parsed.value === amount;
      }),
    );
  });

  it("come out the same by the short way as by exact arithmetic", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat({ max: 10 ** 9 }), suffix, (name, digits, unit) => {
        const text = `${digits}${unit}`;
        const exact = parseQuantity(text);
        const amount = parseAmount(name, text);
        if (!exact.ok || !amount.ok) return !amount.ok;
        const { units } = wholeUnits(exact.value, name === "cpu" ? 3 : 0);
        return BigInt(amount.value) === units || units > BigInt(Number.MAX_SAFE_INTEGER);
      }),
    );
  });

  it("never round down", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: -12, max: 3 }), (mantissa, scale) => {
        const { units, exact } = wholeUnits({ mantissa, scale, binary: 0 });
        const shift = 10n ** 12n;
        const value = mantissa * 10n ** BigInt(scale + 12);
        return exact ? units * shift === value : units * shift > value && (units - 1n) * shift < value;
      }),
    );
  });

  it("never throw, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String)),
        (text) => typeof parseQuantity(text).ok === "boolean",
      ),
    );
  });
});

describe("arithmetic", () => {
  it("undoes addition by subtraction", () => {
    fc.assert(fc.property(resources, resources, (a, b) => equalResources(subtractResources(addResources(a, b), b), a)));
  });

  it("sums in any order", () => {
    fc.assert(
      fc.property(fc.array(resources), (list) => equalResources(sumResources(list), sumResources(list.toReversed()))),
    );
  });

  it("fits what it has, and no more", () => {
    fc.assert(
      fc.property(resources, resources, (a, b) => {
        const total = addResources(a, b);
        const beyond = addResources(total, { cpu: 1 });
        return fitsResources(a, total) && !fitsResources(beyond, total) && fitsResources({}, total);
      }),
    );
  });

  it("puts minimum and maximum around both", () => {
    fc.assert(
      fc.property(resources, resources, (a, b) => {
        const low = minResources([a, b]);
        return fitsResources(a, maxResources(a, b)) && fitsResources(low, a) && fitsResources(low, b);
      }),
    );
  });

  it("keeps exactly the left keys of a difference", () => {
    fc.assert(
      fc.property(resources, resources, (a, b) => {
        return Object.keys(subtractResources(a, b)).join() === Object.keys(a).join();
      }),
    );
  });
});

describe("an over-committed total", () => {
  it("accepts nothing, not even an empty pod", () => {
    fc.assert(fc.property(resources, (total) => !fitsResources({}, { ...total, memory: -1 })));
  });
});
