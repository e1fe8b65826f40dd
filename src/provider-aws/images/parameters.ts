import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { SsmClient } from "../contract/index.ts";
import { calling, isNotFound } from "../errors/index.ts";

const hour = 3_600_000;

/** Values of SSM parameters, cached for a day, or for five minutes when a user named them (spec: aws 1.4). */
export interface ParameterReader {
  /** Undefined when there is no such parameter; other failures reject. */
  read(
    name: string,
    options: { readonly named: "by-alias" | "by-pinned-alias" | "by-user"; readonly signal: AbortSignal },
  ): Promise<string | undefined>;
  forget(name: string): void;
  /** Parameters of images whose value may change: those of `latest` aliases (spec: aws 3.4, 7.5). */
  mutable(): readonly { readonly name: string; readonly value: string }[];
}

export function createParameterReader(deps: { readonly ssm: SsmClient; readonly clock: Clock }): ParameterReader {
  const cache = createExpiringMap<string>({ clock: deps.clock, ttlMilliseconds: 24 * hour });
  const mutable = new Set<string>();
  return {
    read: async (name, { named, signal }) => {
      const known = cache.get(name);
      if (known !== undefined) return known;
      const value = await ask(deps.ssm, name, signal);
      if (named === "by-alias") mutable.add(name);
      if (value !== undefined) cache.set(name, value, named === "by-user" ? 5 * 60_000 : 24 * hour);
      return value;
    },
    forget: (name) => cache.delete(name),
    mutable: () =>
      [...mutable].sort().flatMap((name) => {
        const value = cache.get(name);
        return value === undefined ? [] : [{ name, value }];
      }),
  };
}

async function ask(ssm: SsmClient, name: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await ssm.getParameter({ Name: name }, { signal })).Parameter?.Value;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    return calling("SSM", "GetParameter", { signal, call: () => Promise.reject(error as Error) });
  }
}
