import { eraWebhooks, type Secret, secretType, type WebhookConfiguration } from "../../api/index.ts";
import { isKubeFault, type KubeClient } from "../../kube/index.ts";
import { type Clock, type Logger, runEvery } from "../../platform/index.ts";

/** A certificate and its key, PEM. */
interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface WebhookCertificateDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** The Secret that all replicas share. */
  readonly secret: { readonly namespace: string; readonly name: string };
  /** Names of the Service that the API server calls. */
  readonly hosts: readonly string[];
  readonly makeAuthority: (options: { readonly now: number }) => Promise<KeyPair>;
  readonly makeServing: (
    authority: KeyPair,
    options: { readonly now: number; readonly hosts: readonly string[] },
  ) => Promise<KeyPair>;
  /** Epoch milliseconds; undefined for what is no certificate. */
  readonly validUntil: (pem: string) => number | undefined;
  /** Told of each pair to serve with from now on. */
  readonly use: (pair: KeyPair) => Promise<void>;
}

/** What the Secret holds. `authorities` is what the API server trusts: the present one first, then the one before. */
interface Kept {
  readonly authorities: string;
  readonly authorityKey: string;
  readonly serving: KeyPair;
  readonly hosts: string;
}

const dayMilliseconds = 86_400_000;
const lookMilliseconds = 60_000;
const authorityLeast = 365 * dayMilliseconds;
const servingLeast = 30 * dayMilliseconds;

/**
 * Keeps the certificate of the admission endpoint (spec: v1alpha5 4.12): made where there is none, renewed while a month is
 * left, shared by all replicas through one Secret, its authority told to the API server. An authority is replaced a year
 * before it ends and stays trusted beside its successor, so that no replica is refused in between.
 */
export async function keepWebhookCertificate(deps: WebhookCertificateDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps;
  let served: string | undefined;
  const look = async (): Promise<void> => {
    const kept = await keep(deps, signal);
    if (kept.serving.certificate !== served) await deps.use(kept.serving);
    served = kept.serving.certificate;
    for (const webhook of eraWebhooks) await tellAuthority(deps, { webhook, authorities: kept.authorities, signal });
  };
  const onError = (error: unknown): void =>
    log.error("the certificate of the admission endpoint cannot be kept", { error, secret: deps.secret.name });
  await runEvery({ clock, milliseconds: lookMilliseconds, onError }, look, signal);
}

/** What the Secret holds once it holds what is needed; another replica's word counts where both write. */
async function keep(deps: WebhookCertificateDeps, signal: AbortSignal): Promise<Kept> {
  const { kube, secret } = deps;
  const found = await getOrUndefined(() => kube.get(secretType, secret, { signal }));
  const kept = found === undefined ? undefined : readKept(found);
  const wanted = await renewed(deps, kept);
  if (kept !== undefined && wanted === kept) return kept;
  const written = { ...(found ?? newSecret(deps)), data: secretData(wanted) };
  try {
    await (found === undefined
      ? kube.create(secretType, written, { signal })
      : kube.update(secretType, written, { signal }));
  } catch (error) {
    if (!isKubeFault(error, "Conflict") && !isKubeFault(error, "AlreadyExists")) throw error;
    const theirs = readKept(await kube.get(secretType, secret, { signal }));
    if (theirs === undefined) throw error;
    return theirs;
  }
  deps.log.info("made a certificate for the admission endpoint", { secret: secret.name });
  return wanted;
}

/** The same object when nothing has to be made anew. */
async function renewed(deps: WebhookCertificateDeps, kept: Kept | undefined): Promise<Kept> {
  const hosts = deps.hosts.join(",");
  if (kept === undefined || !isFresh(deps, firstOf(kept.authorities), authorityLeast)) {
    const { certificate, key } = await deps.makeAuthority({ now: deps.clock.now() });
    const before = kept === undefined ? "" : firstOf(kept.authorities);
    return await withServing(deps, { authorities: joined(certificate, before), authorityKey: key, hosts });
  }
  if (kept.hosts === hosts && isFresh(deps, kept.serving.certificate, servingLeast)) return kept;
  return await withServing(deps, { ...kept, hosts });
}

const isFresh = ({ validUntil, clock }: WebhookCertificateDeps, pem: string, least: number): boolean =>
  (validUntil(pem) ?? 0) - clock.now() >= least;

async function withServing(deps: WebhookCertificateDeps, kept: Omit<Kept, "serving">): Promise<Kept> {
  const authority = { certificate: firstOf(kept.authorities), key: kept.authorityKey };
  return { ...kept, serving: await deps.makeServing(authority, { now: deps.clock.now(), hosts: deps.hosts }) };
}

const endLine = "-----END CERTIFICATE-----";

const firstOf = (pems: string): string => `${pems.slice(0, pems.indexOf(endLine) + endLine.length)}\n`;

const joined = (...pems: readonly string[]): string =>
  pems
    .filter((pem) => pem.trim() !== "")
    .map((pem) => `${pem.trim()}\n`)
    .join("");

const newSecret = ({ secret }: WebhookCertificateDeps): Secret => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: secret,
  type: "Opaque",
});

const encode = (text: string): string => Buffer.from(text).toString("base64");

const secretData = ({ authorities, authorityKey, serving, hosts }: Kept): NonNullable<Secret["data"]> => ({
  "ca.crt": encode(authorities),
  "ca.key": encode(authorityKey),
  "tls.crt": encode(serving.certificate),
  "tls.key": encode(serving.key),
  hosts: encode(hosts),
});

/** Undefined for a Secret that does not hold all of it, as the chart's does at first. */
function readKept({ data = {} }: Secret): Kept | undefined {
  const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString("utf8");
  const kept: Kept = {
    authorities: text("ca.crt"),
    authorityKey: text("ca.key"),
    serving: { certificate: text("tls.crt"), key: text("tls.key") },
    hosts: text("hosts"),
  };
  const needed = [kept.authorities, kept.authorityKey, kept.serving.certificate, kept.serving.key];
  return needed.includes("") ? undefined : kept;
}

/** Configurations that are not installed are left out. */
async function tellAuthority(
  { kube, log }: WebhookCertificateDeps,
  told: {
    readonly webhook: (typeof eraWebhooks)[number];
    readonly authorities: string;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { webhook, authorities, signal } = told;
  const { type, name } = webhook;
  const configuration = await getOrUndefined(() => kube.get<WebhookConfiguration>(type, { name }, { signal }));
  const caBundle = encode(authorities);
  const hooks = configuration?.webhooks ?? [];
  if (hooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return;
  const body = hooks.flatMap((hook, index) => [
    { op: "test", path: `/webhooks/${index}/name`, value: hook.name },
    { op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value: caBundle },
  ]);
  await kube.patch(type, { name }, { type: "json", body, signal });
  log.info("told the API server the authority of the admission endpoint", { webhook: name });
}

async function getOrUndefined<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (isKubeFault(error, "NotFound")) return undefined;
    throw error;
  }
}
