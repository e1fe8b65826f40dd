/**
 * Stands between a controller and the real API server, over plain HTTP on loopback, and breaks what it is told to break. It
 * asks in the name of whose kubeconfig it was given, notes each call, and knows which of them were writes.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { parse, stringify } from "yaml";

/** One call that came by. */
export interface ProxiedCall {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  /** Milliseconds of the monotonic clock when it came. */
  readonly at: number;
  /** The code that the caller got; 0 while it has none. */
  status: number;
}

/** What a call gets instead of the server's answer; undefined lets it through. */
export type Verdict =
  | { readonly kind: "answer"; readonly code: number; readonly reason: string; readonly retryAfterSeconds?: number }
  /** Never answered; ends with the connection. */
  | { readonly kind: "hang" }
  /** Taken by the server, and its answer lost. */
  | { readonly kind: "lose" };

export type Fault = (call: ProxiedCall) => Verdict | undefined;

export interface ApiProxy {
  /** Text of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  readonly calls: readonly ProxiedCall[];
  /** In force until it is called again; none by default. */
  setFault(fault: Fault | undefined): void;
  /** Changes the server's answer to lists at this path, on the last page of each. */
  setBody(path: string, change: (list: object) => object): void;
  /** Ends every open watch: its connection is cut, or it is told that its version is too old. */
  cutWatches(how: "cut" | "expire"): number;
  close(): Promise<void>;
}

interface Access {
  readonly server: string;
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

/** Shown to the proxy, which does not look at it; nobody may print it. */
export const proxyToken = "a-token-that-nobody-prints";

/** To ask what one may do is posted, and changes nothing. */
export const isWrite = ({ method, path }: ProxiedCall): boolean =>
  method !== "GET" && !path.endsWith("/selfsubjectaccessreviews");

/** Leases of the election go their own way in most questions. */
export const isOfLease = ({ path }: ProxiedCall): boolean => path.includes("/leases");

export async function startApiProxy(kubeconfigPath: string): Promise<ApiProxy> {
  const access = readAccess(await readFile(kubeconfigPath, "utf8"));
  const agent = new Agent({ keepAlive: true, ca: access.ca, cert: access.cert, key: access.key, maxSockets: 256 });
  const calls: ProxiedCall[] = [];
  const watches = new Set<ServerResponse>();
  const bodies = new Map<string, (list: object) => object>();
  let fault: Fault | undefined;
  const server = createServer((incoming, outgoing) => {
    const call = noted(incoming);
    calls.push(call);
    outgoing.once("finish", () => (call.status ||= outgoing.statusCode));
    const verdict = fault?.(call);
    if (verdict?.kind === "hang") return void incoming.resume();
    if (verdict?.kind === "answer") return answer(outgoing, verdict);
    if (call.isWatch) hold(watches, outgoing);
    const change = call.isWatch || isWrite(call) ? undefined : bodies.get(call.path);
    forward({ access, agent, incoming, outgoing, call, change, lost: verdict?.kind === "lose" });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`),
    calls,
    setFault: (next) => {
      fault = next;
    },
    setBody: (path, change) => void bodies.set(path, change),
    cutWatches: (how) => {
      const open = [...watches];
      for (const watch of open) {
        if (how === "cut") watch.destroy();
        else watch.end(`${JSON.stringify({ type: "ERROR", object: statusOf(410, "Expired") })}\n`);
      }
      return open.length;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function noted({ method = "GET", url = "/" }: IncomingMessage): ProxiedCall {
  const [path = "/", query = ""] = url.split("?");
  return {
    method,
    path,
    isWatch: new URLSearchParams(query).get("watch") === "true",
    at: performance.now(),
    status: 0,
  };
}

function hold(watches: Set<ServerResponse>, outgoing: ServerResponse): void {
  watches.add(outgoing);
  outgoing.once("close", () => watches.delete(outgoing));
}

const statusOf = (code: number, reason: string) => ({
  apiVersion: "v1",
  kind: "Status",
  metadata: {},
  status: "Failure",
  reason,
  message: `${reason}: said by the test`,
  code,
});

function answer(outgoing: ServerResponse, verdict: Extract<Verdict, { kind: "answer" }>): void {
  const { code, reason, retryAfterSeconds } = verdict;
  const wait = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  outgoing.writeHead(code, { "content-type": "application/json", ...wait });
  outgoing.end(JSON.stringify(statusOf(code, reason)));
}

interface Forwarded {
  readonly access: Access;
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly call: ProxiedCall;
  readonly change: ((list: object) => object) | undefined;
  readonly lost: boolean;
}

function forward({ access, agent, incoming, outgoing, call, change, lost }: Forwarded): void {
  const { host: _host, connection: _connection, "accept-encoding": _encoding, ...headers } = incoming.headers;
  const authorization = access.token === undefined ? {} : { authorization: `Bearer ${access.token}` };
  const url = new URL(incoming.url ?? "/", access.server);
  const asked = httpsRequest(
    url,
    { agent, method: call.method, headers: { ...headers, ...authorization } },
    (answer) => {
      call.status = answer.statusCode ?? 0;
      if (lost) {
        answer.resume();
        answer.once("end", () => outgoing.destroy());
        return;
      }
      if (change !== undefined) {
        void changed(answer, change).then((body) => outgoing.end(body));
        return;
      }
      outgoing.writeHead(call.status, answer.headers);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
      answer.once("error", () => outgoing.destroy());
    },
  );
  // The server is away: so are we, to whoever asks.
  asked.once("error", () => outgoing.destroy());
  outgoing.once("close", () => asked.destroy());
  incoming.pipe(asked);
}

async function changed(answer: IncomingMessage, change: (list: object) => object): Promise<string> {
  let text = "";
  for await (const chunk of answer.setEncoding("utf8")) text += String(chunk);
  const list = JSON.parse(text) as { readonly metadata?: { readonly continue?: string } };
  return JSON.stringify((list.metadata?.continue ?? "") === "" ? change(list) : list);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}

const kubeconfigOf = (server: string): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "proxied", cluster: { server } }],
    users: [{ name: "user", user: { token: proxyToken } }],
    contexts: [{ name: "proxied", context: { cluster: "proxied", user: "user" } }],
    "current-context": "proxied",
  });

/** Kubeconfigs of this suite hold everything as data. */
function readAccess(text: string): Access {
  const config = parse(text) as {
    readonly clusters: readonly { readonly cluster: Readonly<Record<string, string>> }[];
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  };
  const { cluster } = config.clusters[0] ?? { cluster: {} };
  const { user } = config.users[0] ?? { user: {} };
  const decoded = (value = ""): string => Buffer.from(value, "base64").toString("utf8");
  return {
    server: cluster["server"] ?? "",
    ca: decoded(cluster["certificate-authority-data"]),
    ...(user["token"] === undefined
      ? { cert: decoded(user["client-certificate-data"]), key: decoded(user["client-key-data"]) }
      : { token: user["token"] }),
  };
}
