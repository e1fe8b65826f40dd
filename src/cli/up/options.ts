import { InvalidArgumentError } from "commander";
import { parseDurationMillis } from "../../api/index.ts";
import type { LocalCloud } from "../clouds/cloud.ts";

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
  readonly cloud: LocalCloud;
  /** JSON file of the types that kwok offers; the generic ones when absent. */
  readonly instanceTypesFilePath: string | undefined;
  /** A test cluster to work on instead of the embedded one, and which context of its kubeconfig. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Nothing but the kubelets of fake nodes. */
  readonly only: "kubelets" | undefined;
}

/** Reads a TCP port; 0 means a free one. */
export function portValue(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`"${text}" is no port; expected 0 to 65535, 0 for a free one.`);
}

/** Reads a duration such as `120s` or `1h30m` as milliseconds. */
export function durationValue(text: string): number {
  const milliseconds = parseDurationMillis(text);
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new InvalidArgumentError(`"${text}" is no duration; expected text such as 120s or 1h30m.`);
}

/** Reads how many times faster than the wall clock the cluster runs. */
export function scaleValue(text: string): number {
  const scale = Number(text);
  if (text !== "" && Number.isFinite(scale) && scale > 0 && scale <= 1_000) return scale;
  throw new InvalidArgumentError(`"${text}" is no time scale; expected a number above 0 and up to 1000.`);
}
