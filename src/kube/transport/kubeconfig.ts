import { existsSync } from "node:fs";
import { readFile as readText } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { dirname } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../../platform/index.ts";
import { createHttpClient, type HttpKubeClient } from "./http-client.ts";
import type { HttpClientOptions } from "./http-options.ts";
import { type PlainAccess, readPlainKubeconfig, readServiceAccount } from "./plain-kubeconfig.ts";

/** What a kubeconfig does not say: limits, clock, logs, metrics. */
export type ClientSettings = Omit<
  HttpClientOptions,
  "server" | "ca" | "token" | "clientCert" | "headers" | "tlsServerName" | "insecureSkipTlsVerify" | "proxyUrl"
>;

export interface KubeconfigClient {
  readonly client: HttpKubeClient;
  /** Where names without a namespace belong; `default` where the context names none. */
  readonly namespace: string;
}

/** A file, several that are merged as `KUBECONFIG` lists them (no name twice), or the text itself. */
export type KubeconfigSource =
  | { readonly path: string }
  | { readonly paths: readonly string[] }
  | { readonly text: string };

/** Credentials are asked for again after this; plug-ins and token files keep their own, longer, times. */
const credentialMilliseconds = 5_000;

/**
 * A client for a context (the current one by default) of a kubeconfig, given as its text or its path. Certificates,
 * tokens, token files, basic auth, exec plug-ins and OIDC are read by the ecosystem's own library. Rejects with what is
 * missing where the file, the context, its cluster or its user is not there.
 */
export async function clientFromKubeconfig(
  source: KubeconfigSource,
  settings: ClientSettings & { readonly context?: string },
): Promise<KubeconfigClient> {
  const { context, ...rest } = settings;
  const plain = await plainTextOf(source);
  const access = plain === undefined ? undefined : await readPlainKubeconfig(plain, context);
  if (access !== undefined) return connectPlainly(access, rest);
  const config = await loadConfig(source);
  const where = placeOf(source);
  if (context !== undefined) config.setCurrentContext(context);
  checkContext(config, where);
  return connect(config, rest);
}

/**
 * A client for the cluster that this process runs in, by its service account. `environment` is where a pod finds its API
 * server; without it the library looks itself.
 */
export async function inClusterClient(
  settings: ClientSettings,
  environment: Readonly<Record<string, string | undefined>> = {},
  folder?: string,
): Promise<KubeconfigClient> {
  const access = await readServiceAccount(environment, folder);
  if (access !== undefined) return connectPlainly(access, settings);
  const config = await emptyConfig();
  config.loadFromCluster();
  const server = config.getCurrentCluster()?.server ?? "";
  if (server.includes("undefined")) {
    throw new Error(
      "not inside a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; give a kubeconfig instead",
    );
  }
  return connect(config, settings);
}

/** The one text to read, and the folder that its relative paths start from; undefined where several are to be merged. */
async function plainTextOf(
  source: KubeconfigSource,
): Promise<{ readonly text: string; readonly folder: string } | undefined> {
  if ("text" in source) return { text: source.text, folder: "." };
  const [path = "", ...more] = "path" in source ? [source.path] : source.paths;
  if (more.length > 0) return undefined;
  const text = await readText(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : { text, folder: dirname(path) };
}

function connectPlainly({ options, namespace }: PlainAccess, settings: ClientSettings): KubeconfigClient {
  const { token, ...rest } = options;
  const client = createHttpClient({
    ...settings,
    ...rest,
    ...(typeof token === "function"
      ? { token: rememberedFor(settings.clock, token) }
      : token === undefined
        ? {}
        : { token }),
  });
  return { client, namespace };
}

/** Loaded when wanted: the library brings its generated models along, which the embedded cluster has no use for. */
async function emptyConfig(): Promise<KubeConfig> {
  const library = await import("@kubernetes/client-node");
  return new library.KubeConfig();
}

function placeOf(source: KubeconfigSource): string {
  if ("path" in source) return source.path;
  return "paths" in source ? source.paths.join(", ") : "the kubeconfig";
}

async function loadConfig(source: KubeconfigSource): Promise<KubeConfig> {
  const config = await emptyConfig();
  if ("text" in source) {
    readInto("the given text", () => config.loadFromString(source.text));
    return config;
  }
  const [first = "", ...more] = "path" in source ? [source.path] : source.paths;
  readFile(config, first);
  for (const path of more) {
    const next = await emptyConfig();
    readFile(next, path);
    readInto(path, () => config.mergeConfig(next, true));
  }
  return config;
}

function readFile(config: KubeConfig, path: string): void {
  if (!existsSync(path)) throw new Error(`kubeconfig ${path} does not exist`);
  readInto(path, () => config.loadFromFile(path));
}

function readInto(where: string, read: () => void): void {
  try {
    read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${where} is not a kubeconfig that can be used: ${why}`, { cause });
  }
}

function checkContext(config: KubeConfig, where: string): void {
  const name = config.getCurrentContext();
  const known = config.getContexts().map((context) => context.name);
  if (!known.includes(name)) {
    const wanted = name === undefined || name === "" ? "no context is chosen" : `context "${name}" is not`;
    throw new Error(`${wanted} in ${where}; contexts there: ${known.join(", ") || "none"}`);
  }
  if (config.getCurrentCluster() === null) throw new Error(`the cluster of context "${name}" is not in ${where}`);
  if (config.getCurrentUser() === null) throw new Error(`the user of context "${name}" is not in ${where}`);
}

async function connect(config: KubeConfig, settings: ClientSettings): Promise<KubeconfigClient> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig names no cluster");
  const { server, proxyUrl } = cluster;
  const first = await securityOf(config, server);
  const client = createHttpClient({
    ...settings,
    server,
    ...tlsOf(first),
    headers: rememberedFor(settings.clock, async () => headersOf(await securityOf(config, server))),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  });
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return { client, namespace: namespace === undefined || namespace === "" ? "default" : namespace };
}

/** What the library would put on a request; it refuses plain HTTP, over which nothing secret may go anyway. */
async function securityOf(config: KubeConfig, server: string): Promise<RequestOptions> {
  const options: RequestOptions = {};
  if (server.startsWith("https:")) await config.applyToHTTPSOptions(options);
  return options;
}

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Partial<HttpClientOptions> {
  return {
    ...(ca ? { ca: pemOf(ca) } : {}),
    ...(cert && key ? { clientCert: { certificate: pemOf(cert), key: pemOf(key) } } : {}),
    ...(servername === undefined ? {} : { tlsServerName: servername }),
    ...(rejectUnauthorized === false ? { insecureSkipTlsVerify: true } : {}),
  };
}

/** The library reads certificates and keys into one buffer each. */
function pemOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  throw new TypeError("a certificate or key of the kubeconfig is neither text nor bytes");
}

function headersOf({ headers, auth }: RequestOptions): Readonly<Record<string, string>> {
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  const given = Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, value]) => [
    name,
    String(value),
  ]);
  return { ...basic, ...(Object.fromEntries(given) as Record<string, string>) };
}

function rememberedFor<T>(clock: Clock, ask: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    const now = clock.monotonic();
    if (known === undefined || now >= known.until) known = { value: ask(), until: now + credentialMilliseconds };
    const { value } = known;
    value.catch(() => {
      if (known?.value === value) known = undefined;
    });
    return value;
  };
}
