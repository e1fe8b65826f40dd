import { type Dispatcher, Pool, ProxyAgent } from "undici";
import type { HttpClientOptions } from "./http-options.ts";

/**
 * Long-lived connections to one server. Calls and watches have a pool each: over HTTP/1.1 a watch holds its socket for
 * minutes, and watches of every kind would leave none for calls. Over HTTP/2 each pool needs a connection or two.
 */
export interface Connections {
  readonly calls: Dispatcher;
  readonly watches: Dispatcher;
  /**
   * Lets what is asked from now on take a fresh connection: over HTTP/2 all calls share one, and one that a load balancer
   * or a peer has forgotten would take each of them in turn. What is under way may end where it is. False when another
   * call has seen to it already.
   */
  replace(stalled: Dispatcher): boolean;
  close(): Promise<void>;
}

const idleMilliseconds = 60_000;
const probeMilliseconds = 30_000;
const connectMilliseconds = 10_000;
const mostWatches = 256;

export function openConnections(options: HttpClientOptions): Connections {
  const openCalls = (): Dispatcher => poolOf(options, options.maxSockets ?? 32);
  const openWatches = (): Dispatcher => poolOf(options, mostWatches);
  let [calls, watches] = [openCalls(), openWatches()];
  const retired = new Set<Dispatcher>();
  return Object.freeze({
    get calls() {
      return calls;
    },
    get watches() {
      return watches;
    },
    replace: (stalled: Dispatcher) => {
      if (stalled === calls) calls = openCalls();
      else if (stalled === watches) watches = openWatches();
      else return false;
      retired.add(stalled);
      const forget = (): void => void retired.delete(stalled);
      // It ends after its last request; only a client that is closed before rejects, and takes it along.
      stalled.close().then(forget, forget);
      return true;
    },
    close: async () => {
      await Promise.all([calls, watches, ...retired].map((pool) => pool.destroy()));
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
