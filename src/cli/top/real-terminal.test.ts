import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundPod, documents, fileWith, machine, poolOf } from "../../../test/builders/cli.ts";
import { parseManifests } from "../../manifests/index.ts";

const run = promisify(execFile);
const tmux = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/opt/homebrew/bin/tmux"].find((path) => existsSync(path)) ?? "";

/** The bars of issue 10: a second to the first frame, 15 % of a processor. By day three times that is borne; by night not. */
const isStrict = process.env["TOP_STRICT"] === "1";
const borne = isStrict ? 1 : 3;

/** A terminal with a shell in which a command runs; taken down with the test. */
async function openTerminal(line: string) {
  const socket = `karpenter-top-${process.pid}-${Math.floor(performance.now())}`;
  const command = async (...words: readonly string[]): Promise<string> =>
    (await run(tmux, ["-L", socket, "-f", "/dev/null", ...words])).stdout;
  onTestFinished(async () => {
    await run(tmux, ["-L", socket, "kill-server"]).catch(() => undefined);
  });
  const shell = `exec sh -c '${process.execPath} ${line}; echo gone; sleep 60'`;
  await command("new-session", "-d", "-x", "120", "-y", "30", shell);
  const pid = (await command("list-panes", "-F", "#{pane_pid}")).trim();
  return {
    command,
    cpuSeconds: () => cpuSecondsOf(pid),
    /** The screen once it has that text. */
    async shows(text: string): Promise<string> {
      for (let tries = 0; tries < 1_200; tries++) {
        const screen = await command("capture-pane", "-p");
        if (screen.includes(text)) return screen;
        await setTimeout(25);
      }
      throw new Error(`the terminal does not show "${text}":\n${await command("capture-pane", "-p")}`);
    },
  };
}

/** User and system time of the children of the pane's shell. */
function cpuSecondsOf(shell: string): number {
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim().split(" ");
  const ticks = children.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }, 0);
  return ticks / 100;
}

const machines = Array.from({ length: 1_000 }, (_, at) => machine(`node-${at + 1}`, "large", "m5.large"));

// Skipped where there is no tmux: only a real terminal shows that frames are drawn, kept and taken away again.
describe.skipIf(tmux === "" || !existsSync("/proc/self/stat"))("top in a real terminal", () => {
  it("shows 1,000 nodes at once, rests while nothing changes, follows keys and sizes, leaves nothing behind", async () => {
    const file = fileWith(documents(poolOf("large", ["m5.large"]), ...machines));
    const started = performance.now();
    const terminal = await openTerminal(`src/cli/main.ts top -f ${file} --node-sort name`);
    expect(await terminal.shows("1000 nodes")).toContain("node-1 ");
    // Of the processor's time where others work beside it: there the clock says nothing.
    const seconds = isStrict ? (performance.now() - started) / 1_000 : terminal.cpuSeconds();
    expect(seconds).toBeLessThan(borne * 1);
    expect(await shareOver(2_000, terminal.cpuSeconds)).toBeLessThan(borne * 0.15);
    await terminal.command("send-keys", "r");
    await terminal.shows("node-1000 ");
    await terminal.command("resize-window", "-x", "40", "-y", "20");
    expect((await terminal.shows("node-1000")).split("\n").every((line) => line.length <= 40)).toBe(true);
    await terminal.command("send-keys", "q");
    expect(await terminal.shows("gone")).not.toContain("node-1000");
  }, 120_000);

  // By night only: it looks on for three readings of the cluster.
  it.runIf(isStrict)(
    "rests between readings of a cluster of 1,000 nodes and 4,000 pods",
    async () => {
      const pods = machines.flatMap((_, at) =>
        [0, 1, 2, 3].map((pod) => boundPod(`p-${at}-${pod}`, `node-${at + 1}`, "100m")),
      );
      const kubeconfig = await serveLists(documents(poolOf("large", ["m5.large"]), ...machines, ...pods));
      const started = performance.now();
      const terminal = await openTerminal(`src/cli/main.ts top --kubeconfig ${kubeconfig} --node-sort name`);
      await terminal.shows("1000 nodes");
      const seconds = (performance.now() - started) / 1_000;
      const share = await shareOver(32_000, terminal.cpuSeconds);
      expect({ first: seconds < 1, share: share < 0.15 }, `${seconds} s, ${share}`).toEqual({
        first: true,
        share: true,
      });
    },
    120_000,
  );
});

/** Share of a processor that is used in the time to come. */
async function shareOver(milliseconds: number, cpuSeconds: () => number): Promise<number> {
  const [since, before] = [performance.now(), cpuSeconds()];
  await setTimeout(milliseconds);
  return (cpuSeconds() - before) / ((performance.now() - since) / 1_000);
}

/** A kubeconfig of a server that answers lists with these objects. */
async function serveLists(text: string): Promise<string> {
  const { objects } = parseManifests("cluster", text);
  const byPlural = Map.groupBy(objects, ({ object }) => `${object.kind.toLowerCase()}s`);
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const items = (byPlural.get(path.slice(path.lastIndexOf("/") + 1)) ?? []).map(({ object }) => object);
    const body = { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "1" }, items };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "test", user: { token: "t" } }],
  };
  return fileWith(JSON.stringify(config), "kubeconfig");
}
