import { type Dispatcher, Pool, ProxyAgent } from "undici";
import type { HttpClientOptions } from "./http-options.ts";

/**
 * Long-lived connections to one server. Calls and watches have a pool each: over HTTP/1.1 a watch holds its socket for
 * minutes, and watches of every kind would leave none for calls. Over HTTP/2 each pool needs a connection or two.
 */
export interface Connections {
  readonly calls: Dispatcher;
  readonly watches: Dispatcher;
  close(): Promise<void>;
}

const idleMilliseconds = 60_000;
const probeMilliseconds = 30_000;
const connectMilliseconds = 10_000;
const mostWatches = 256;

export function openConnections(options: HttpClientOptions): Connections {
  const calls = poolOf(options, options.maxSockets ?? 32);
  const watches = poolOf(options, mostWatches);
  return Object.freeze({
    calls,
    watches,
    close: async () => {
      await Promise.all([calls.destroy(), watches.destroy()]);
    },
  });
}

function poolOf(options: HttpClientOptions, connections: number): Dispatcher {
  const { server, proxyUrl, http2 = true } = options;
  const tls = tlsOf(options);
  const shape = {
    connections,
    allowH2: http2,
    keepAliveTimeout: idleMilliseconds,
    connect: { ...tls, timeout: connectMilliseconds, keepAlive: true, keepAliveInitialDelay: probeMilliseconds },
  };
  if (proxyUrl === undefined) return new Pool(new URL(server).origin, shape);
  return new ProxyAgent({ ...shape, uri: proxyUrl, requestTls: tls });
}

function tlsOf({ ca, clientCert, tlsServerName, insecureSkipTlsVerify = false }: HttpClientOptions) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(clientCert === undefined ? {} : { cert: clientCert.certificate, key: clientCert.key }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(insecureSkipTlsVerify ? { rejectUnauthorized: false } : {}),
  };
}
