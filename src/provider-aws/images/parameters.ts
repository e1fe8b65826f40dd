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
    options: { readonly named: "by-alias" | "by-user"; readonly signal: AbortSignal },
  ): Promise<string | undefined>;
  forget(name: string): void;
}

export function createParameterReader(deps: { readonly ssm: SsmClient; readonly clock: Clock }): ParameterReader {
  const cache = createExpiringMap<string>({ clock: deps.clock, ttlMilliseconds: 24 * hour });
  return {
    read: async (name, { named, signal }) => {
      const known = cache.get(name);
      if (known !== undefined) return known;
      const value = await ask(deps.ssm, name, signal);
      if (value !== undefined) cache.set(name, value, named === "by-user" ? 5 * 60_000 : 24 * hour);
      return value;
    },
    forget: (name) => cache.delete(name),
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
