import { parseDurationMillis, resolveFeatureGates } from "../api/index.ts";
import { failed, ok, type Result } from "../core/index.ts";

/** How the text of one option becomes its value. `expected` completes "expected ..." in the refusal. */
export interface ValueReader<T> {
  readonly expected: string;
  read(text: string): Result<T, "unreadable">;
}

const unreadable = failed("unreadable" as const);

/** Only the literals, by flag and by environment alike (spec: operations 3.3). */
export const booleanValue: ValueReader<boolean> = {
  expected: "true or false",
  read: (text) => (text === "true" || text === "false" ? ok(text === "true") : unreadable),
};

export const textValue: ValueReader<string> = { expected: "text", read: (text) => ok(text) };

export const textListValue: ValueReader<readonly string[]> = {
  expected: "a comma-separated list",
  read: (text) =>
    ok(
      text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    ),
};

export function integerValue(range: { readonly min: number; readonly max?: number }): ValueReader<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = range;
  return {
    expected: range.max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    read: (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(value) && value >= min && value <= max ? ok(value) : unreadable;
    },
  };
}

export const shareValue: ValueReader<number> = {
  expected: "a number of at least 0",
  read: (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? ok(value) : unreadable;
  },
};

/** As `shareValue`; an empty text says nothing. */
export const optionalShareValue: ValueReader<number | undefined> = {
  expected: "nothing or a number of at least 0",
  read: (text) => (text === "" ? ok(undefined) : shareValue.read(text)),
};

/** Milliseconds of a Go duration such as `1h2m3s` or `500ms`. */
export function durationValue(leastMilliseconds: number): ValueReader<number> {
  return {
    expected:
      leastMilliseconds === 0
        ? "a duration such as 10s or 500ms"
        : `a duration of at least ${leastMilliseconds / 1000}s, such as 1m`,
    read: (text) => {
      const milliseconds = parseDurationMillis(text);
      return milliseconds !== undefined && milliseconds >= leastMilliseconds ? ok(milliseconds) : unreadable;
    },
  };
}

export function oneOf<T extends string>(...values: readonly T[]): ValueReader<T> {
  return {
    expected: values.map((value) => (value === "" ? "nothing" : value)).join(", "),
    read: (text) => {
      const value = values.find((candidate) => candidate === text);
      return value === undefined ? unreadable : ok(value);
    },
  };
}

/** `Name=true,Other=false`: kept as text once it is known to be readable. */
export function gatesValue(owner: "core" | "aws"): ValueReader<string> {
  return {
    expected: "Name=true or Name=false pairs, separated by commas",
    read: (text) => (resolveFeatureGates({ [owner]: text }).ok ? ok(text) : unreadable),
  };
}
