import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { parse } from "yaml";
import type { HttpClientOptions } from "./http-options.ts";

/** What a kubeconfig or a service account says of a cluster and of who asks. */
export interface PlainAccess {
  readonly options: Pick<
    HttpClientOptions,
    "server" | "ca" | "token" | "clientCert" | "tlsServerName" | "insecureSkipTlsVerify" | "proxyUrl"
  >;
  readonly namespace: string;
}

/** Fields that name a file have a twin with the content itself. */
type Fields = Readonly<Record<string, unknown>>;

interface Named<Field extends string> {
  readonly items: readonly (Readonly<Record<Field, Fields>> & { readonly name?: string })[];
}

const clusterFields = new Set([
  "server",
  "certificate-authority",
  "certificate-authority-data",
  "insecure-skip-tls-verify",
  "tls-server-name",
  "proxy-url",
]);
const userFields = new Set([
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
]);

/**
 * Reads a kubeconfig whose credentials are certificates, a token or the file of one: what most clusters have, without the
 * memory of the library that knows all the others (80 MiB). Undefined where anything else is asked for, or something is
 * missing or malformed: the library then reads it, or says what is wrong.
 */
export async function readPlainKubeconfig(
  source: { readonly text: string; readonly folder: string },
  context: string | undefined,
): Promise<PlainAccess | undefined> {
  const found = contextOf(source.text, context);
  if (found === undefined) return undefined;
  const { cluster, user, namespace } = found;
  const { server } = cluster;
  if (typeof server !== "string" || !hasOnly(cluster, clusterFields) || !hasOnly(user, userFields)) return undefined;
  try {
    const read = (fields: Fields, name: string) => contentOf(fields, name, source.folder);
    const [ca, certificate, key] = await Promise.all([
      read(cluster, "certificate-authority"),
      read(user, "client-certificate"),
      read(user, "client-key"),
    ]);
    if ((certificate === undefined) !== (key === undefined)) return undefined;
    return {
      namespace,
      options: { server, ...tlsOf(cluster, { ca, certificate, key }), ...tokenOf(user, source.folder) },
    };
  } catch {
    // The library tells of files that cannot be read, as it does of everything else.
    return undefined;
  }
}

interface Found {
  readonly cluster: Fields;
  readonly user: Fields;
  readonly namespace: string;
}

function contextOf(text: string, wanted: string | undefined): Found | undefined {
  const config = parsed(text);
  if (config === undefined) return undefined;
  const context = itemOf(config, "contexts", "context", wanted ?? config["current-context"]);
  if (context === undefined) return undefined;
  const cluster = itemOf(config, "clusters", "cluster", context["cluster"]);
  const user = itemOf(config, "users", "user", context["user"]);
  const namespace = context["namespace"] || "default";
  if (cluster === undefined || user === undefined || typeof namespace !== "string") return undefined;
  return { cluster, user, namespace };
}

function parsed(text: string): Fields | undefined {
  try {
    const config: unknown = parse(text);
    return isFields(config) ? config : undefined;
  } catch {
    return undefined;
  }
}

function itemOf(config: Fields, list: string, field: string, name: unknown): Fields | undefined {
  const items = config[list];
  if (!Array.isArray(items)) return undefined;
  const item = (items as Named<string>["items"]).find((each) => isFields(each) && each.name === name);
  const value = item?.[field];
  return isFields(value) ? value : undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const hasOnly = (fields: Fields, known: ReadonlySet<string>): boolean =>
  Object.entries(fields).every(([name, value]) => known.has(name) && ["string", "boolean"].includes(typeof value));

/** The content of `name-data`, or of the file that `name` gives; undefined where neither is there. */
async function contentOf(fields: Fields, name: string, folder: string): Promise<string | undefined> {
  const data = fields[`${name}-data`];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
  const file = fields[name];
  return typeof file === "string" && file !== "" ? readFile(placeIn(folder, file), "utf8") : undefined;
}

const placeIn = (folder: string, file: string): string => (isAbsolute(file) ? file : join(folder, file));

function tlsOf(
  cluster: Fields,
  texts: {
    readonly ca: string | undefined;
    readonly certificate: string | undefined;
    readonly key: string | undefined;
  },
): Omit<PlainAccess["options"], "server" | "token"> {
  const { ca, certificate, key } = texts;
  const { "tls-server-name": tlsServerName, "proxy-url": proxyUrl } = cluster;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { clientCert: { certificate, key } }),
    ...(typeof tlsServerName === "string" ? { tlsServerName } : {}),
    ...(typeof proxyUrl === "string" ? { proxyUrl } : {}),
    ...(cluster["insecure-skip-tls-verify"] === true ? { insecureSkipTlsVerify: true } : {}),
  };
}

/** A file wins over the text beside it, and is read anew each time: what it holds expires. */
function tokenOf({ token, tokenFile }: Fields, folder: string): Pick<PlainAccess["options"], "token"> {
  if (typeof tokenFile === "string" && tokenFile !== "") {
    return { token: async () => (await readFile(placeIn(folder, tokenFile), "utf8")).trim() };
  }
  return typeof token === "string" && token !== "" ? { token } : {};
}

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The same for the pod that this process runs in; undefined outside of one. */
export async function readServiceAccount(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string = serviceAccountFolder,
): Promise<PlainAccess | undefined> {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = environment;
  if (host === "" || port === "") return undefined;
  try {
    const [ca, namespace] = await Promise.all(
      ["ca.crt", "namespace"].map((name) => readFile(join(folder, name), "utf8")),
    );
    const address = host.includes(":") ? `[${host}]` : host;
    const token = async (): Promise<string> => (await readFile(join(folder, "token"), "utf8")).trim();
    await token();
    return {
      options: { server: `https://${address}:${port}`, token, ...(ca === undefined ? {} : { ca }) },
      namespace: namespace?.trim() || "default",
    };
  } catch {
    return undefined;
  }
}
