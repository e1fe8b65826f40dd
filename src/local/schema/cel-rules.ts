/** `x-kubernetes-validations`: compiled once per text, asked for each value in their scope. */
import { Optional, type Environment } from "@marcbachmann/cel-js";
import type { JsonSchema } from "../../api/index.ts";
import { invalidValue, type Cause } from "../apiserver/faults.ts";
import { celValue } from "./cel-values.ts";
import { createCelEnvironment } from "./cel-environment.ts";

type ValidationRule = NonNullable<JsonSchema["x-kubernetes-validations"]>[number];
type Program = ReturnType<Environment["parse"]>;

interface RuleScope {
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** The stored value at the same place; undefined where there is none or none can be told. */
  readonly old: unknown;
  readonly path: string;
  /** The value did not change: only rules about changes are asked (ratcheting). */
  readonly unchanged: boolean;
}

/** Compiles and remembers the rules of one definition. */
export class CelRules {
  readonly #environment = createCelEnvironment();
  readonly #programs = new Map<string, Program>();

  /** Why a rule does not compile, or undefined. */
  problem(expression: string): string | undefined {
    try {
      this.#program(expression);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Causes of the rules of one schema node. */
  check(scope: RuleScope): readonly Cause[] {
    const rules = (scope.schema["x-kubernetes-validations"] ?? []).filter((rule) => isAsked(rule, scope));
    if (rules.length === 0) return [];
    const self = celValue(scope.schema, scope.value);
    const oldSelf = scope.old === undefined ? undefined : celValue(scope.schema, scope.old);
    return rules.flatMap((rule) => this.#checkOne(rule, { ...scope, self, oldSelf }));
  }

  #checkOne(
    rule: ValidationRule,
    scope: RuleScope & { readonly self: unknown; readonly oldSelf: unknown },
  ): readonly Cause[] {
    const { self, oldSelf, value } = scope;
    const field = rule.fieldPath === undefined ? scope.path : `${scope.path}${rule.fieldPath}`.replace(/^\./, "");
    const variables = rule.optionalOldSelf
      ? { self, oldSelf: oldSelf === undefined ? Optional.none() : Optional.of(oldSelf) }
      : { self, oldSelf };
    try {
      if (this.#program(rule.rule)(variables) === true) return [];
    } catch (error) {
      const text = error instanceof Error ? error.message.split("\n")[0] : String(error);
      const rulesText = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
      return [invalidValue(field, value, `${text} evaluating rule: ${rulesText}`)];
    }
    const cause = invalidValue(field, value, this.#message(rule, variables));
    return [rule.reason === undefined ? cause : { ...cause, reason: rule.reason }];
  }

  #message(rule: ValidationRule, variables: Readonly<Record<string, unknown>>): string {
    const fallback = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
    if (rule.messageExpression === undefined) return fallback;
    try {
      const text: unknown = this.#program(rule.messageExpression)(variables);
      return typeof text === "string" && text.trim() !== "" && !text.includes("\n") ? text : fallback;
    } catch (error) {
      // Kubernetes falls back to the fixed message when the expression fails.
      if (error instanceof Error) return fallback;
      throw error;
    }
  }

  #program(expression: string): Program {
    const known = this.#programs.get(expression);
    if (known !== undefined) return known;
    const program = this.#environment.parse(expression);
    this.#programs.set(expression, program);
    return program;
  }
}

const isTransition = (rule: ValidationRule): boolean => /\boldSelf\b/.test(rule.rule);

function isAsked(rule: ValidationRule, { old, unchanged }: RuleScope): boolean {
  if (!isTransition(rule)) return !unchanged;
  return old !== undefined || rule.optionalOldSelf === true;
}
