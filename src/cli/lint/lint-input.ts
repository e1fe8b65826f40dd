/** Everything that a run looks at: files, dumps, a cluster, logs, use figures, the account. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import {
  accountQuestions,
  type AdvisorInput,
  type MetricsFacts,
  readEndpointList,
  readMetrics,
} from "../../advisor/index.ts";
import { joinManifests, type ManifestSet, parseManifests, readAsToday } from "../../manifests/index.ts";
import { CliError } from "../cli-error.ts";
import { readTexts } from "../input/read-input.ts";
import type { Terminal } from "../terminal.ts";
import { machineTypesOf } from "./machine-types.ts";

export interface LintInputFlags {
  readonly filename: readonly string[];
  readonly dump: readonly string[];
  readonly logs: readonly string[];
  readonly metrics?: string;
  readonly endpoints?: string;
  readonly cluster: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly aws: boolean;
  readonly clusterName?: string;
  /** Of machine types; of the account the one that the environment tells, unless this is given. */
  readonly region?: string;
}

export const defaultRegion = "us-east-1";

/** `now` is the moment of a live look; a dump tells its own. */
export async function readLintInput(flags: LintInputFlags, terminal: Terminal, now: number): Promise<AdvisorInput> {
  requireSomething(flags);
  const { region = defaultRegion, metrics, endpoints } = flags;
  const objects = await readObjects(flags, terminal, now);
  const logs = await Promise.all(flags.logs.map(async (file) => ({ file, text: await textOf("--logs", file) })));
  return {
    ...objects,
    ...(logs.length === 0 ? {} : { logs }),
    ...(metrics === undefined ? {} : { metrics: await metricsOf(metrics) }),
    ...(endpoints === undefined ? {} : { endpoints: await endpointsOf(endpoints) }),
    ...(flags.aws ? { account: await accountOf(flags, objects, terminal) } : {}),
    types: machineTypesOf(region),
    region,
  };
}

function requireSomething({ filename, dump, logs, metrics, cluster, kubeconfig, aws }: LintInputFlags): void {
  const places = [...filename, ...dump, ...logs, ...[metrics, kubeconfig].filter((file) => file !== undefined)];
  if (places.length > 0 || cluster || aws) return;
  throw new CliError(
    "nothing to look at: give manifests (-f), a cluster (--cluster), a dump of one (--dump), logs (--logs), use figures (--metrics) or an account (--aws)",
  );
}

type ObjectsInput = Pick<AdvisorInput, "manifests" | "cluster" | "texts" | "now">;

async function readObjects(flags: LintInputFlags, terminal: Terminal, now: number): Promise<ObjectsInput> {
  const files = await readTexts(flags.filename, terminal.input);
  const dumps = await readTexts(flags.dump, terminal.input);
  const live = await liveOf(flags, terminal);
  const cluster = [...(dumps.length === 0 ? [] : [parsed(dumps)]), ...(live === undefined ? [] : [live.set])];
  const takenAt = live?.takenAt ?? (dumps.length === 0 ? now : undefined);
  return {
    ...(files.length === 0 ? {} : { manifests: parsed(files) }),
    ...(cluster.length === 0 ? {} : { cluster: joinManifests(cluster) }),
    ...(takenAt === undefined ? {} : { now: takenAt }),
    texts: new Map([...files, ...dumps].map(({ file, text }) => [file, text])),
  };
}

const parsed = (texts: readonly { readonly file: string; readonly text: string }[]): ManifestSet =>
  readAsToday(joinManifests(texts.map(({ file, text }) => parseManifests(file, text))));

/** The client is loaded only where a cluster is asked for. */
async function liveOf({ cluster, kubeconfig, context }: LintInputFlags, terminal: Terminal) {
  if (!cluster && kubeconfig === undefined) return undefined;
  const { readLiveCluster } = await import("./live-cluster.ts");
  return readLiveCluster(
    { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) },
    terminal,
  );
}

async function accountOf(
  { region, clusterName }: LintInputFlags,
  objects: Pick<AdvisorInput, "manifests" | "cluster">,
  { signal }: Terminal,
): Promise<NonNullable<AdvisorInput["account"]>> {
  const { lookAtAccount } = await import("../../operator/index.ts");
  const told = accountQuestions(objects);
  const questions = clusterName === undefined ? told : { ...told, clusterName };
  try {
    return await lookAtAccount({ questions, version: "lint", signal, ...(region === undefined ? {} : { region }) });
  } catch (cause) {
    signal.throwIfAborted();
    throw new CliError(`--aws: ${messageOf(cause)}`, undefined, { cause });
  }
}

async function metricsOf(file: string): Promise<MetricsFacts> {
  const metrics = readMetrics(file, parsedAs(file, "--metrics", await textOf("--metrics", file)));
  if (metrics.ok) return metrics.value;
  throw new CliError(`--metrics ${file}: ${metrics.failure}`);
}

async function endpointsOf(file: string): Promise<NonNullable<AdvisorInput["endpoints"]>> {
  const list = readEndpointList(await textOf("--endpoints", file));
  if (list.ok) return list.value;
  throw new CliError(list.failure.map((fault) => `--endpoints ${file}: ${fault}`).join("\nkarpenter: "));
}

export function parsedAs(file: string, flag: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new CliError(`${flag} ${file}: ${messageOf(cause)}`, undefined, { cause });
  }
}

export async function textOf(flag: string, file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new CliError(`${flag} ${file}: it cannot be read: ${messageOf(cause)}`, undefined, { cause });
  });
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
