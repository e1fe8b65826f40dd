/** Starting and stopping: what is started is stopped, however its user ends; what is missing is named. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";
import { createSystemClock } from "../../src/platform/index.ts";
import { binaryNames, cacheFolder, ControlPlaneMissing, prepareBinaries } from "./build.ts";
import { startControlPlane } from "./control-plane.ts";
import { startProcess } from "./other-program.ts";

const clock = createSystemClock();
const root = fileURLToPath(new URL("../../", import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Command lines of running processes that name a folder. */
const commandsNaming = (folder: string): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(folder));

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}

/** Long enough for a busy machine; a part that ignores the request is killed after 10 s, one after the other. */
const patienceMilliseconds = 120_000;

async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = clock.monotonic() + patienceMilliseconds;
  while (!holds()) {
    if (clock.monotonic() > deadline) throw new Error(`${what} did not happen within ${patienceMilliseconds / 1000} s`);
    await clock.sleep(50);
  }
}

interface Started {
  readonly kubeconfig: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** A user of the control plane in a process of its own, and what it started. */
async function startUser(...parts: readonly string[]): Promise<{ readonly user: ChildProcess } & Started> {
  const user = spawn(process.execPath, [fileURLToPath(new URL("up.ts", import.meta.url)), ...parts], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: user.stdout })) return { user, ...(JSON.parse(line) as Started) };
  throw new Error("up.ts ended before it said what it started");
}

describe("a control plane", () => {
  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "leaves no process and no file behind when its user ends by %s",
    async (signal) => {
      const { user, kubeconfig, pids } = await startUser("etcd", "kube-apiserver");
      const started = Object.values(pids);
      expect(started.filter(isAlive)).toHaveLength(2);
      user.kill(signal);
      await eventually("the end of what was started", () => !started.some(isAlive) && !existsSync(dirname(kubeconfig)));
    },
  );

  it("leaves no process behind when Ctrl-C ends the suite that uses it", async () => {
    const places = await mkdtemp(join(tmpdir(), "interrupted-"));
    const args = ["run", "--config", "test/controlplane/vitest.config.ts", "test/controlplane/main-job.test.ts"];
    const suite = spawn(join(root, "node_modules/.bin/vitest"), args, {
      cwd: root,
      // A group of its own, as a shell gives a command: Ctrl-C goes to all of it.
      detached: true,
      stdio: "ignore",
      env: { ...process.env, CI: "", TMPDIR: places },
    });
    await eventually("the start of a control plane", () => commandsNaming(places).length >= 5);
    process.kill(-(suite.pid ?? 0), "SIGINT");
    await eventually("the end of what was started", () => commandsNaming(places).length === 0);
    await rm(places, { recursive: true, force: true });
  });

  it("ends its processes before stop resolves, and stop may be called twice", async () => {
    const controlPlane = await startControlPlane({ binaries: inject("binaries"), parts: ["etcd"] });
    const [pid = 0] = controlPlane.pids.values();
    expect(isAlive(pid)).toBe(true);
    await Promise.all([controlPlane.stop(), controlPlane.stop()]);
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(dirname(controlPlane.kubeconfig))).toBe(false);
  });

  it("ends programs of its user's that were put into its hands, and only those that run", async () => {
    const controlPlane = await startControlPlane({ binaries: inject("binaries"), parts: ["etcd"] });
    const [held, over] = [startProcess("sleep", ["600"]), startProcess("true", [])];
    for (const program of [held, over]) controlPlane.hold(program);
    await over.ended;
    await controlPlane.stop();
    expect((await held.ended).code).toBeNull();
  });

  it("tells which part ended by itself, and how", async () => {
    const controlPlane = await startControlPlane({ binaries: inject("binaries"), parts: ["etcd"] });
    const [pid = 0] = controlPlane.pids.values();
    process.kill(pid, "SIGKILL");
    await expect(controlPlane.broken).rejects.toThrow("etcd of the control plane ended (signal SIGKILL)");
    await controlPlane.stop();
  });

  it("says what a part said when it does not start, and leaves nothing", async () => {
    const binaries = { ...inject("binaries"), etcd: process.execPath };
    // Node knows no flag of etcd's.
    await expect(startControlPlane({ binaries, parts: ["etcd"] })).rejects.toThrow(
      /etcd of the control plane ended \(exit code \d+\).*\n.*--name=local/s,
    );
  });

  it("is not begun when its user no longer wants it", async () => {
    const signal = AbortSignal.abort(new Error("no longer"));
    const starting = startControlPlane({ binaries: inject("binaries"), parts: ["etcd"], signal });
    await expect(starting).rejects.toThrow("no longer");
  });
});

describe("binaries of the control plane", () => {
  it("are those of KUBEBUILDER_ASSETS where it is set", async () => {
    const assets = await mkdtemp(join(tmpdir(), "assets-"));
    for (const name of binaryNames) await writeFile(join(assets, name), "", { mode: 0o755 });
    const binaries = await prepareBinaries({ environment: { KUBEBUILDER_ASSETS: assets } });
    expect(Object.values(binaries)).toEqual(binaryNames.map((name) => join(assets, name)));
    await rm(assets, { recursive: true });
  });

  it("are named when KUBEBUILDER_ASSETS lacks them, with where to get them", async () => {
    const assets = await mkdtemp(join(tmpdir(), "assets-"));
    await writeFile(join(assets, "etcd"), "", { mode: 0o755 });
    const refused = prepareBinaries({ environment: { KUBEBUILDER_ASSETS: assets } });
    await expect(refused).rejects.toThrow(ControlPlaneMissing);
    await expect(refused).rejects.toThrow(
      /lacks kube-apiserver, kube-controller-manager, kube-scheduler, kubectl\. Put .* there/,
    );
    await rm(assets, { recursive: true });
  });

  it("cannot be built without Go, which is named with the other way", async () => {
    const cache = await mkdtemp(join(tmpdir(), "cache-"));
    const environment = { KARPENTER_CACHE_DIR: cache, PATH: "" };
    await expect(prepareBinaries({ environment, goFolders: [] })).rejects.toThrow(
      /there is no `go` on the path.*Install Go 1\.26 or newer .*KUBEBUILDER_ASSETS/,
    );
    await rm(cache, { recursive: true });
  });

  it("are kept in a folder of the cache that changes with the source alone", async () => {
    const folder = await cacheFolder({ KARPENTER_CACHE_DIR: "/cache" });
    expect(folder).toMatch(/^\/cache\/controlplane\/[0-9a-f]{16}$/);
    expect(await cacheFolder({ KARPENTER_CACHE_DIR: "/cache", PATH: "/elsewhere" })).toBe(folder);
  });
});
