import { InvalidArgumentError } from "commander";
import { simulatedRegions } from "../../local/index.ts";

/** What `karpenter up` was told; times in milliseconds. */
export interface UpOptions {
  readonly files: readonly string[];
  readonly until: "settled" | undefined;
  readonly timeoutMilliseconds: number;
  readonly output: "table" | "json";
  readonly logFormat: "text" | "json";
  readonly apiPort: number;
  readonly httpPort: number;
  readonly kubeconfigOut: string;
  readonly timeScale: number;
  readonly seed: string | undefined;
  readonly region: string;
  readonly debugLog: string | undefined;
}

/** Reads a TCP port; 0 means a free one. */
export function portValue(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`"${text}" is no port; expected 0 to 65535, 0 for a free one.`);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration such as `120s` or `1h30m` as milliseconds. */
export function durationValue(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join("") === text) {
    return parts.reduce((sum, [, count = "0", unit = "ms"]) => sum + Number(count) * (units[unit] ?? 0), 0);
  }
  throw new InvalidArgumentError(`"${text}" is no duration; expected text such as 120s or 1h30m.`);
}

/** Reads how many times faster than the wall clock the cluster runs. */
export function scaleValue(text: string): number {
  const scale = Number(text);
  if (text !== "" && Number.isFinite(scale) && scale > 0 && scale <= 1_000) return scale;
  throw new InvalidArgumentError(`"${text}" is no time scale; expected a number above 0 and up to 1000.`);
}

/** Reads the region of the simulated account: one whose machines ship with the project. */
export function regionValue(text: string): string {
  const known = simulatedRegions();
  if (known.includes(text)) return text;
  throw new InvalidArgumentError(`"${text}" is no region that can be simulated; expected one of ${known.join(", ")}.`);
}
