import type { ValueReader } from "./option-values.ts";

/** One option: flag, environment variable and default of operations 3.3. */
export interface OptionDefinition<T> {
  readonly flag: string;
  readonly env: string;
  readonly value: ValueReader<T>;
  readonly fallback: T;
  readonly help: string;
}

export const option = <T>(flag: string, value: ValueReader<T>, fallback: T, help: string): OptionDefinition<T> => ({
  flag,
  env: flag.toUpperCase().replaceAll("-", "_"),
  value,
  fallback,
  help,
});
