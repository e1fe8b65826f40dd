import type { KubeletExpression } from "../../api/index.ts";
import { failed, ok, parseAmount, type Resources, type Result } from "../../core/index.ts";
import type { ClassFacts } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import type { KubeletSettings } from "./kubelet.ts";
import { networkPods, podCapacity } from "./pods.ts";

/** What an expression may speak of (spec: aws 2.6, api 4.5). Whole numbers, but for the name. */
export interface ExpressionInputs {
  readonly vcpus: number;
  readonly memory_mib: number;
  /** Interfaces of the default network card. */
  readonly default_enis: number;
  readonly ips_per_eni: number;
  readonly max_pods: number;
  readonly instance_type: string;
}

export type ValueFailure = { readonly message: string };

/** Gives a finite whole number; what has a fraction is cut towards zero. */
export type EvaluateExpression = (text: string, inputs: ExpressionInputs) => Result<number, ValueFailure>;

/** Reserved values as texts of quantities, by resource: what a node's kubelet is told. */
export type ReservedTexts = Readonly<Record<"kubeReserved" | "systemReserved", Readonly<Record<string, string>>>>;

export interface KubeletValues {
  readonly settings: KubeletSettings;
  /** Only what expressions came to; plain values stand in the class. */
  readonly texts: ReservedTexts;
  /** Reserved expressions that were left out, and why. */
  readonly dropped: readonly string[];
}

const noTexts: ReservedTexts = Object.freeze({ kubeReserved: {}, systemReserved: {} });

/**
 * The class' kubelet settings on one type, with what its expressions come to: `maxPods` first, then what is reserved. Fails
 * when `maxPods` cannot be had; a reserved value that cannot is dropped and told of (spec: aws 2.6).
 */
export function kubeletValuesOf(
  facts: MachineFacts,
  classFacts: ClassFacts,
  { reservedEnis, evaluate }: { readonly reservedEnis: number; readonly evaluate: EvaluateExpression },
): Result<KubeletValues, ValueFailure> {
  const { kubelet } = classFacts;
  const { expressions = [] } = kubelet;
  if (expressions.length === 0) return ok({ settings: kubelet, texts: noTexts, dropped: [] });
  const inputs = (max_pods: number): ExpressionInputs => ({
    vcpus: facts.vcpus,
    memory_mib: facts.memoryMib,
    default_enis: facts.cardInterfaces[facts.defaultNetworkCard] ?? 0,
    ips_per_eni: facts.ipv4PerInterface,
    max_pods,
    instance_type: facts.name,
  });
  const pods = expressions.find(({ field }) => field === "maxPods");
  const maxPods =
    pods === undefined
      ? ok(kubelet.maxPods)
      : podCountOf(pods, evaluate(pods.text, inputs(networkPods(facts, classFacts, reservedEnis))));
  if (!maxPods.ok) return maxPods;
  const counted = { ...kubelet, ...(maxPods.value === undefined ? {} : { maxPods: maxPods.value }) };
  const resolved = inputs(podCapacity(facts, { ...classFacts, kubelet: counted }, reservedEnis));
  return ok(withReserved(counted, expressions, (text) => evaluate(text, resolved)));
}

const most = 2 ** 31 - 1;

function podCountOf(expression: KubeletExpression, value: Result<number, ValueFailure>): Result<number, ValueFailure> {
  if (!value.ok) return failed({ message: said(expression, value.failure.message) });
  if (value.value >= 0 && value.value <= most) return value;
  return failed({ message: said(expression, `comes to ${value.value}; expected 0 to ${most}`) });
}

const said = ({ field, resource, text }: KubeletExpression, problem: string): string =>
  `kubelet.${field}${resource === undefined ? "" : `[${resource}]`}: "${text}" ${problem}`;

function withReserved(
  settings: KubeletSettings,
  expressions: readonly KubeletExpression[],
  evaluate: (text: string) => Result<number, ValueFailure>,
): KubeletValues {
  const texts = { kubeReserved: {} as Record<string, string>, systemReserved: {} as Record<string, string> };
  const dropped: string[] = [];
  for (const expression of expressions) {
    const { field, resource, text } = expression;
    if (field === "maxPods" || resource === undefined) continue;
    const value = evaluate(text);
    if (!value.ok) dropped.push(said(expression, value.failure.message));
    else if (value.value < 0) dropped.push(said(expression, `comes to ${value.value}, which is below 0`));
    else texts[field][resource] = quantityText(resource, value.value);
  }
  return {
    settings: {
      ...settings,
      kubeReserved: { ...settings.kubeReserved, ...amountsOf(texts.kubeReserved) },
      systemReserved: { ...settings.systemReserved, ...amountsOf(texts.systemReserved) },
    },
    texts,
    dropped,
  };
}

const roundedUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Milli-CPUs up to a multiple of ten, mebibytes up to one of sixteen, whole gibibytes of storage; pids are a bare number. */
function quantityText(resource: string, value: number): string {
  if (resource === "cpu") return `${roundedUp(value, 10)}m`;
  if (resource === "memory") return `${roundedUp(value, 16)}Mi`;
  return resource === "ephemeral-storage" ? `${value}Gi` : String(value);
}

/** Limits of processes take nothing from a node. */
function amountsOf(texts: Readonly<Record<string, string>>): Resources {
  const amounts: Record<string, number> = {};
  for (const [resource, text] of Object.entries(texts)) {
    const amount = parseAmount(resource, text);
    if (resource !== "pid" && amount.ok) amounts[resource] = amount.value;
  }
  return amounts;
}
