/** CEL over facts of a machine type, for values of `spec.kubelet` behind the gate NodeClassCEL (spec: aws 2.6, api 4.5). */
import { Environment } from "@marcbachmann/cel-js";
import { failed, ok, type Result } from "../../core/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { ExpressionInputs, ValueFailure } from "../catalogue/index.ts";

export interface KubeletEvaluator {
  /** Why the text is no expression that gives a number; undefined when it is one. */
  problemOf(text: string): string | undefined;
  /** A finite number, cut to a whole one towards zero. */
  evaluate(text: string, inputs: ExpressionInputs): Result<number, ValueFailure>;
}

type Compiled = Result<(inputs: Readonly<Record<string, unknown>>) => unknown, ValueFailure>;

const hour = 3_600_000;

/** Compiled expressions are kept for twelve hours after their last use (spec: aws 1.4). */
export function createKubeletEvaluator({ clock }: { readonly clock: Clock }): KubeletEvaluator {
  const environment = createEnvironment();
  const known = createExpiringMap<Compiled>({ clock, ttlMilliseconds: 12 * hour });
  let sweptAt = clock.monotonic();
  const compiled = (text: string): Compiled => {
    if (clock.monotonic() - sweptAt >= hour) {
      known.sweep();
      sweptAt = clock.monotonic();
    }
    const found = known.get(text) ?? compile(environment, text);
    known.set(text, found);
    return found;
  };
  return {
    problemOf: (text) => {
      const expression = compiled(text);
      return expression.ok ? undefined : expression.failure.message;
    },
    evaluate: (text, inputs) => {
      const expression = compiled(text);
      if (!expression.ok) return expression;
      try {
        return numberOf(expression.value(variablesOf(inputs)));
      } catch (error) {
        return failed({ message: `fails: ${firstLine(error)}` });
      }
    },
  };
}

function createEnvironment(): Environment {
  const environment = new Environment();
  for (const name of ["vcpus", "memory_mib", "default_enis", "ips_per_eni", "max_pods"])
    environment.registerVariable(name, "int");
  environment.registerVariable("instance_type", "string");
  for (const type of ["int", "double"]) {
    const pick =
      (smaller: boolean) =>
      (a: number | bigint, b: number | bigint): number | bigint =>
        a < b === smaller ? a : b;
    environment.registerFunction(`min(${type}, ${type}): ${type}`, pick(true));
    environment.registerFunction(`max(${type}, ${type}): ${type}`, pick(false));
  }
  return environment;
}

function compile(environment: Environment, text: string): Compiled {
  try {
    const parsed = environment.parse(text);
    const { valid, type, error } = parsed.check();
    if (!valid) return failed({ message: `is no expression: ${firstLine(error)}` });
    // What is known only when it runs is looked at then.
    if (type === "int" || type === "double" || type === "dyn") return ok((inputs) => parsed({ ...inputs }));
    return failed({ message: `gives ${type ?? "nothing"}; expected a number` });
  } catch (error) {
    return failed({ message: `is no expression: ${firstLine(error)}` });
  }
}

/** The library points into the text on further lines. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** Whole numbers of CEL are BigInt here. */
const variablesOf = ({ instance_type, ...numbers }: ExpressionInputs): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, BigInt(Math.trunc(value))])),
  instance_type,
});

function numberOf(value: unknown): Result<number, ValueFailure> {
  if (typeof value === "bigint") return ok(Number(value));
  if (typeof value !== "number") return failed({ message: `gives ${typeof value}; expected a number` });
  if (Number.isFinite(value)) return ok(Math.trunc(value));
  return failed({ message: `gives ${value}; expected a finite number` });
}
