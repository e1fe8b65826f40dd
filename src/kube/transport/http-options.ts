import type { Clock, Logger, MetricsRegistry, Random } from "../../platform/index.ts";

/** How to reach one API server. Times are in milliseconds. */
export interface HttpClientOptions {
  /** `https://host:port`, with a path where the server stands behind a proxy that adds one. */
  readonly server: string;
  /** PEM of the authorities that may sign the server's certificate; those of the machine by default. */
  readonly ca?: string;
  /** A bearer token, or the way to get one that is asked before each call. */
  readonly token?: string | (() => Promise<string>);
  /** PEM of a client certificate and its key. */
  readonly clientCert?: { readonly certificate: string; readonly key: string };
  /** Further headers of each call, as from an exec plug-in or a basic-auth user. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** The name to check the certificate against, where it is not the host of `server`. */
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly proxyUrl?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** `karpenter` unless given; should carry the version. */
  readonly userAgent?: string;
  /** Calls a second and in a burst; watches are not counted. 200 and 300 by default. */
  readonly qps?: number;
  readonly burst?: number;
  /** Most sockets for calls; watches have their own. 32 by default. */
  readonly maxSockets?: number;
  /** Time for one attempt of a call, retries not included; 30 s by default. */
  readonly timeoutMilliseconds?: number;
  /** Attempts after the first of calls that may be repeated; 4 by default. */
  readonly retries?: number;
  /** Takes HTTP/2 where the server offers it; true by default. The conformance suite holds both against a real server. */
  readonly http2?: boolean;
}
