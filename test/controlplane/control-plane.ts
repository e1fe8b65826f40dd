/** Starts a real control plane on free loopback ports, and stops exactly what it started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { get as httpsGet } from "node:https";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { type Clock, createSystemClock } from "../../src/platform/index.ts";
import {
  argumentsOf,
  type ControlPlanePart,
  controlPlaneParts,
  kubeconfigFile,
  pkiFile,
  type Places,
} from "./arguments.ts";
import type { Binaries } from "./build.ts";
import { type Certified, createAuthority, createTokenKeys } from "./certificates.ts";
import type { HoldRequest, SupervisorEvent, SupervisorRequest } from "./supervisor.ts";

export interface ControlPlaneOptions {
  readonly binaries: Binaries;
  /** All by default; always started in the order of `controlPlaneParts`. */
  readonly parts?: readonly ControlPlanePart[];
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Writes wait for the disk, as on a real cluster; false by default. */
  readonly durable?: boolean;
}

export interface ControlPlane {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** File of a user in `system:masters`; gone once stopped. */
  readonly kubeconfig: string;
  /** Process ids by part. */
  readonly pids: ReadonlyMap<ControlPlanePart, number>;
  /** Rejects when a part ends by itself, with the end of its log; else never settles. */
  readonly broken: Promise<never>;
  /** Kills a part as a crash does, and starts it again with the same data and port; resolves when it is healthy. */
  restart(part: ControlPlanePart): Promise<void>;
  /** Freezes a part for that long: it keeps its connections and answers nothing. */
  stall(part: ControlPlanePart, milliseconds: number): Promise<void>;
  /** Ends a program of the user's with the rest, when the user has gone without doing so. */
  hold(program: HeldProgram): void;
  /** Ends all parts, latest first, and removes every file. May be called twice. */
  stop(): Promise<void>;
}

export interface HeldProgram {
  readonly pid: number;
  readonly ended: Promise<unknown>;
}

const patienceMilliseconds = 240_000;
const pollMilliseconds = 50;
const portAttempts = 3;

/** Resolves when everything is healthy. Rejects with what a part said when it is not, having stopped what was started. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // A port that was free can be taken before it is bound; with other ports the start may succeed.
      const taken = error instanceof Error && error.message.includes("address already in use");
      if (!taken || attempt === portAttempts) throw error;
    }
  }
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binaries, parts = controlPlaneParts, clock = createSystemClock(), signal, durable = false } = options;
  signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), "controlplane-"));
  const held = hold(folder);
  try {
    const [etcdPort = 0, etcdPeerPort = 0, apiPort = 0] = await freePorts(3);
    const places: Places = { folder, etcdPort, etcdPeerPort, apiPort, durable };
    const admin = await writeFiles(places, clock.now());
    const start = async (part: ControlPlanePart): Promise<void> => {
      signal?.throwIfAborted();
      held.tell({
        name: part,
        command: binaries[part],
        args: argumentsOf(part, places),
        log: join(folder, `${part}.log`),
      });
      const until = { clock, broken: held.broken, signal };
      await untilHealthy(part, () => probes[part](places, admin), until);
    };
    for (const part of controlPlaneParts.filter((each) => parts.includes(each))) await start(part);
    return {
      server: serverOf(places),
      kubeconfig: kubeconfigFile(places, "admin"),
      pids: held.pids,
      broken: held.broken,
      restart: async (part) => {
        const before = held.pids.get(part);
        const begun = start(part);
        // What answers until then is the old one.
        while (held.pids.get(part) === before) await Promise.race([clock.sleep(pollMilliseconds), held.broken]);
        await begun;
        await untilHealthy(part, () => probes[part](places, admin), { clock, broken: held.broken, signal });
      },
      stall: async (part, milliseconds) => {
        const pid = held.pids.get(part) ?? 0;
        process.kill(pid, "SIGSTOP");
        try {
          await clock.sleep(milliseconds);
        } finally {
          process.kill(pid, "SIGCONT");
        }
      },
      hold: ({ pid, ended }) => {
        // One that could not be started has none, and 0 would be a whole group.
        if (pid <= 0) return;
        held.tell({ hold: pid });
        void ended.then(() => held.tell({ release: pid }));
      },
      stop: () => held.stop(),
    };
  } catch (error) {
    await held.stop();
    throw error;
  }
}

const serverOf = ({ apiPort }: Places): string => `https://127.0.0.1:${apiPort}`;

interface Held {
  readonly pids: ReadonlyMap<ControlPlanePart, number>;
  readonly broken: Promise<never>;
  tell(request: SupervisorRequest | HoldRequest): void;
  stop(): Promise<void>;
}

/** A supervisor of its own for each control plane: it ends its processes even when this one is killed. */
function hold(folder: string): Held {
  const supervisor = spawn(process.execPath, [fileURLToPath(new URL("supervisor.ts", import.meta.url)), folder], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const pids = new Map<ControlPlanePart, number>();
  const broken = Promise.withResolvers<never>();
  // Whoever waits for something else meanwhile must not be ended by it.
  broken.promise.catch(() => undefined);
  let stopping: Promise<void> | undefined;
  const gone = new Promise<void>((resolve) => {
    const end = (why: string): void => {
      if (stopping === undefined) broken.reject(new Error(`the supervisor of the control plane ended: ${why}`));
      resolve();
    };
    supervisor.once("error", (error) => end(error.message));
    supervisor.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  createInterface({ input: supervisor.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as SupervisorEvent;
    if (event.kind === "started") pids.set(event.name as ControlPlanePart, event.pid);
    else void diagnosis(folder, event).then((error) => broken.reject(error));
  });
  // A supervisor that is gone is told of by its end, not by each write to it.
  supervisor.stdin.on("error", () => undefined);
  return {
    pids,
    broken: broken.promise,
    tell: (request) => {
      if (supervisor.stdin.writable) supervisor.stdin.write(`${JSON.stringify(request)}\n`);
    },
    stop: () => {
      stopping ??= gone;
      supervisor.stdin.end();
      return stopping;
    },
  };
}

async function diagnosis(folder: string, { name, why }: Extract<SupervisorEvent, { kind: "ended" }>): Promise<Error> {
  const log = await readFile(join(folder, `${name}.log`), "utf8").catch(() => "");
  const end = log.trimEnd().split("\n").slice(-12).join("\n");
  return new Error(`${name} of the control plane ended (${why}); the end of its log:\n${end}`);
}

/** Free at the time of asking; held together until all are known, so that none is given twice. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server: Server) => once(server.close(), "close")));
  return ports;
}

/** Keys, certificates and kubeconfigs; the authority's and the administrator's are given back. */
async function writeFiles(places: Places, now: number): Promise<Credentials> {
  await mkdir(join(places.folder, "pki"));
  const authority = await createAuthority(now);
  const tokens = createTokenKeys();
  const ca = authority.certificate;
  const apiserver = await authority.sign("CN=kube-apiserver", [
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "10.96.0.1" },
    ...["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map(
      (value) => ({ type: "dns", value }) as const,
    ),
  ]);
  const files = {
    "ca.crt": ca,
    "apiserver.crt": apiserver.certificate,
    "apiserver.key": apiserver.key,
    "sa.pub": tokens.publicKey,
    "sa.key": tokens.privateKey,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(pkiFile(places, name), text, { mode: 0o600 });
  const users = {
    admin: "CN=admin, O=system:masters",
    "kube-controller-manager": "CN=system:kube-controller-manager",
    "kube-scheduler": "CN=system:kube-scheduler",
  };
  for (const [user, subject] of Object.entries(users)) {
    const text = kubeconfigText(serverOf(places), ca, await authority.sign(subject));
    await writeFile(kubeconfigFile(places, user), text, { mode: 0o600 });
  }
  return { ca, ...(await authority.sign(users.admin)) };
}

interface Credentials extends Certified {
  readonly ca: string;
}

function kubeconfigText(server: string, ca: string, { certificate, key }: Certified): string {
  const encoded = (text: string): string => Buffer.from(text).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "local", cluster: { server, "certificate-authority-data": encoded(ca) } }],
    users: [
      { name: "user", user: { "client-certificate-data": encoded(certificate), "client-key-data": encoded(key) } },
    ],
    contexts: [{ name: "local", context: { cluster: "local", user: "user" } }],
    "current-context": "local",
  });
}

type Probe = (places: Places, admin: Credentials) => Promise<boolean>;

const probes: Readonly<Record<ControlPlanePart, Probe>> = {
  etcd: ({ etcdPort }) => answersWell(fetch(`http://127.0.0.1:${etcdPort}/health`)),
  "kube-apiserver": (places, admin) => isFine(`${serverOf(places)}/readyz`, admin),
  // Made by one of its controllers: pods can be created from now on.
  "kube-controller-manager": (places, admin) =>
    isFine(`${serverOf(places)}/api/v1/namespaces/default/serviceaccounts/default`, admin),
  // Serves nothing here: it is healthy while it runs.
  "kube-scheduler": async () => true,
};

/** A refused connection means that it is not up yet. */
const answersWell = (answer: Promise<Response>): Promise<boolean> =>
  answer.then(
    ({ ok }) => ok,
    () => false,
  );

function isFine(url: string, { ca, certificate, key }: Credentials): Promise<boolean> {
  return new Promise((resolve) => {
    const request = httpsGet(url, { ca, cert: certificate, key, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("error", () => resolve(false));
  });
}

async function untilHealthy(
  part: ControlPlanePart,
  probe: () => Promise<boolean>,
  until: { readonly clock: Clock; readonly broken: Promise<never>; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { clock, broken, signal } = until;
  const deadline = clock.monotonic() + patienceMilliseconds;
  while (!(await Promise.race([probe(), broken]))) {
    if (clock.monotonic() > deadline)
      throw new Error(`${part} was not healthy within ${patienceMilliseconds / 1000} s`);
    const nap = clock.sleep(pollMilliseconds, signal === undefined ? {} : { signal });
    await Promise.race([nap, broken]);
  }
}
