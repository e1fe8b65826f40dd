import { type EC2NodeClassSpec, type KubeletExpression, kubeletExpressions } from "../../api/index.ts";
import { failed, ok, parseAmount, type Resources, type Result } from "../../core/index.ts";

/** The kubelet settings that change what a machine can hold, decoded (spec: aws 2.6). Bytes and milli-CPU. */
export interface KubeletSettings {
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly kubeReserved: Resources;
  readonly systemReserved: Resources;
  readonly evictionHard: Readonly<Record<string, EvictionThreshold>>;
  /** Values that are expressions. They count where the gate NodeClassCEL is on (`kubeletValuesOf`), and for nothing else. */
  readonly expressions?: readonly KubeletExpression[];
}

export type EvictionThreshold = { readonly percent: number } | { readonly bytes: number };

const noSettings: KubeletSettings = Object.freeze({ kubeReserved: {}, systemReserved: {}, evictionHard: {} });

/** Decodes the open map. A map that does not decode is an error everywhere, never "defaults". */
export function readKubeletSettings(map: EC2NodeClassSpec["kubelet"]): Result<KubeletSettings, { message: string }> {
  if (map === undefined) return ok(noSettings);
  const problems: string[] = [];
  const expressions = kubeletExpressions(map);
  const settings = {
    ...count("maxPods", map.maxPods, problems),
    ...count("podsPerCore", map.podsPerCore, problems),
    kubeReserved: reserved("kubeReserved", map.kubeReserved, problems),
    systemReserved: reserved("systemReserved", map.systemReserved, problems),
    evictionHard: thresholds(map.evictionHard, problems),
    ...(expressions.length === 0 ? {} : { expressions }),
  };
  return problems.length === 0 ? ok(settings) : failed({ message: problems.join("; ") });
}

function count<K extends string>(field: K, value: unknown, problems: string[]): Partial<Record<K, number>> {
  // A text is an expression.
  if (value === undefined || typeof value === "string") return {};
  if (typeof value === "number" && Number.isInteger(value) && value >= 0)
    return { [field]: value } as Record<K, number>;
  problems.push(`kubelet.${field}: expected a whole number of at least 0, found ${JSON.stringify(value)}`);
  return {};
}

const reservable: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage"]);

function reserved(field: string, map: unknown, problems: string[]): Resources {
  const amounts: Record<string, number> = {};
  for (const [resource, text] of entries(field, map, problems)) {
    // pid limits take nothing from a node; what is no quantity is an expression.
    if (!reservable.has(resource)) continue;
    const amount = parseAmount(resource, text);
    if (amount.ok) amounts[resource] = amount.value;
    else if (amount.failure.kind !== "malformed") problems.push(`kubelet.${field}.${amount.failure.message}`);
  }
  return amounts;
}

function thresholds(map: unknown, problems: string[]): KubeletSettings["evictionHard"] {
  const result: Record<string, EvictionThreshold> = {};
  for (const [signal, text] of entries("evictionHard", map, problems)) {
    if (!signal.endsWith(".available") || signal === "pid.available") continue;
    const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
    if (percent !== undefined) {
      // The kubelet reads 100 % as "switched off".
      result[signal] = { percent: Number(percent) === 100 ? 0 : Number(percent) };
      continue;
    }
    const amount = parseAmount("memory", text);
    if (amount.ok) result[signal] = { bytes: amount.value };
    else problems.push(`kubelet.evictionHard.${signal}: expected a percentage or a quantity, found "${text}"`);
  }
  return result;
}

function entries(field: string, map: unknown, problems: string[]): readonly (readonly [string, string])[] {
  if (map === undefined || map === null) return [];
  if (typeof map !== "object" || Array.isArray(map)) {
    problems.push(`kubelet.${field}: expected a map, found ${JSON.stringify(map)}`);
    return [];
  }
  return Object.entries(map).map(([key, value]) => [key, String(value)] as const);
}
