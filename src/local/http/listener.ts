/** The HTTPS listener: TLS, a bearer token, loopback only. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Server } from "node:https";
import { stringify } from "yaml";
import { failed, ok, type Result } from "../../core/index.ts";
import type { ApiCore } from "../apiserver/api-core.ts";
import { makeServerCertificate, type ServerCertificate } from "./certificates.ts";
import { type Extension, route } from "./router.ts";

export interface ListenOptions {
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  /** Bearer token of the one user; a random one unless given. */
  readonly token?: string;
  /** Answers authenticated calls below `/karpenter-ts/`, which no Kubernetes API has. */
  readonly extension?: Extension;
}

export type ListenFailure =
  | { readonly kind: "port-in-use"; readonly port: number; readonly message: string }
  | { readonly kind: "port-forbidden"; readonly port: number; readonly message: string }
  | { readonly kind: "listen-failed"; readonly port: number; readonly message: string };

export interface Listening {
  readonly port: number;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly token: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly certificateAuthority: string;
  /** A kubeconfig for kubectl and every other client. Holds the token: write it for its owner only (mode 0600). */
  kubeconfig(): string;
  close(): Promise<void>;
}

const host = "127.0.0.1";

/** Opens the listener. What an address can fail with is a value; the caller knows which flag to name. */
export async function openListener(core: ApiCore, options: ListenOptions): Promise<Result<Listening, ListenFailure>> {
  const { port = 0, token = randomBytes(24).toString("base64url") } = options;
  const certificate = await makeServerCertificate({
    now: Date.now(),
    hosts: [
      { type: "dns", value: "localhost" },
      { type: "dns", value: "kubernetes.default.svc" },
      { type: "ip", value: host },
    ],
  });
  let address = "";
  const { extension } = options;
  const server = makeServer(core, {
    certificate,
    token,
    address: () => address,
    ...(extension === undefined ? {} : { extension }),
  });
  const failure = await listen(server, port);
  if (failure !== undefined) return failed(failure);
  const { port: bound } = server.address() as AddressInfo;
  address = `${host}:${bound}`;
  return ok(listening(server, { port: bound, token, certificate }));
}

function makeServer(
  core: ApiCore,
  options: {
    readonly certificate: ServerCertificate;
    readonly token: string;
    readonly address: () => string;
    readonly extension?: Extension;
  },
): Server {
  const { certificate, ...routing } = options;
  const pause = (): Promise<void> => core.clock.yield();
  const server = createServer(
    { cert: certificate.certificate, key: certificate.key, ALPNProtocols: ["http/1.1"] },
    (request, response) => {
      const url = new URL(request.url ?? "/", "https://localhost");
      const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname;
      const exchange = { request, response, path, query: url.searchParams, warnings: [], pause };
      route({ core, ...routing }, exchange).catch((error: unknown) => {
        core.log?.error("an API request failed", { error, path });
        response.destroy();
      });
    },
  );
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  return server;
}

function listen(server: Server, port: number): Promise<ListenFailure | undefined> {
  const { promise, resolve } = Promise.withResolvers<ListenFailure | undefined>();
  const onError = (error: NodeJS.ErrnoException): void => resolve(failureOf(error, port));
  server.once("error", onError);
  server.listen(port, host, () => {
    server.off("error", onError);
    resolve(undefined);
  });
  return promise;
}

function failureOf(error: NodeJS.ErrnoException, port: number): ListenFailure {
  if (error.code === "EADDRINUSE") {
    return { kind: "port-in-use", port, message: `port ${port} of ${host} is in use by another process` };
  }
  if (error.code === "EACCES") {
    return {
      kind: "port-forbidden",
      port,
      message: `port ${port} needs rights that this process does not have; ports from 1024 need none`,
    };
  }
  return { kind: "listen-failed", port, message: `cannot listen on ${host}:${port}: ${error.message}` };
}

function listening(
  server: Server,
  {
    port,
    token,
    certificate,
  }: { readonly port: number; readonly token: string; readonly certificate: ServerCertificate },
): Listening {
  const url = `https://${host}:${port}`;
  return {
    port,
    url,
    token,
    certificateAuthority: certificate.authority,
    kubeconfig: () => kubeconfigText({ url, token, authority: certificate.authority }),
    close: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}

const contextName = "karpenter-ts";

function kubeconfigText(cluster: { readonly url: string; readonly token: string; readonly authority: string }): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: contextName,
        cluster: {
          server: cluster.url,
          "certificate-authority-data": Buffer.from(cluster.authority).toString("base64"),
        },
      },
    ],
    users: [{ name: "admin", user: { token: cluster.token } }],
    contexts: [{ name: contextName, context: { cluster: contextName, user: "admin" } }],
    "current-context": contextName,
  });
}
