import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmbeddedCluster } from "../../src/local/index.ts";
import {
  createIds,
  createMetricsRegistry,
  createRecordingLogger,
  createSeededRandom,
  createSystemClock,
} from "../../src/platform/index.ts";
import { root } from "./chart.ts";
import { ask, run, type Said } from "./tools.ts";

const user = 65_532;
/** Nothing of the surroundings of a test: a container has what its image and its pod say. */
const bare = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const heap = ["--max-semi-space-size=8", "--max-old-space-size-percentage=75"];

/** A checkout as it is in the build stage after `npm prune --omit=dev`: what is built, and packages that run. */
async function prunedCheckout(folder: string): Promise<void> {
  await run("npm", ["run", "build"], { cwd: root });
  const listed = await run("npm", ["ls", "--omit=dev", "--all", "--parseable"], { cwd: root });
  mkdirSync(folder);
  for (const path of ["bin", "dist", "package.json", "LICENSE"]) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const packages = [...new Set(listed.trim().split("\n"))].slice(1).map((path) => relative(root, path));
  // Packages inside of packages come with them. What only a compiler reads is half of all files, and would not stay.
  const outer = packages.filter((path) => path.split("node_modules/").length === 2);
  const script = 'folder=$1 && shift && tar -cf - --exclude="*.d.ts" --exclude="*.map" "$@" | tar -xf - -C "$folder"';
  await run("sh", ["-c", script, "sh", folder, ...outer], { cwd: root });
}

/** Runs in the tree as its root, which cannot be written, as the user of the container. */
function inImage(image: string, args: readonly string[]): readonly [string, readonly string[]] {
  const script =
    'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1/app" && image=$1 && shift && exec chroot --userspec=65532:65532 "$image" "$@"';
  return ["unshare", ["--mount", "sh", "-c", script, "sh", image, "/usr/local/bin/node", ...args]];
}

// A file tree as root needs the rights of one; elsewhere there is nothing to hold it with.
describe.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")("the image", () => {
  const folder = mkdtempSync(join(tmpdir(), "image-"));
  const image = join(folder, "image");
  const runInImage = (...args: readonly string[]): Promise<Said> =>
    ask(...inImage(image, args), { cwd: folder, env: bare });

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    await prunedCheckout(join(folder, "checkout"));
    await run("sh", [join(root, "deploy/image/assemble.sh"), join(folder, "checkout"), image], { cwd: folder });
    rmSync(join(folder, "checkout"), { recursive: true });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("holds a Node, what it is linked to, and the command; no shell and nothing of a development", async () => {
    expect(
      ["bin", "usr/bin", "app/src", "app/node_modules/typescript"].filter((p) => existsSync(join(image, p))),
    ).toEqual([]);
    const { stdout, code } = await runInImage("/app/bin/karpenter.mjs", "crds");
    expect([code, stdout.includes("name: nodepools.karpenter.sh")]).toEqual([0, true]);
  });

  it("runs as 65532, and cannot write anywhere", async () => {
    const script = `
      const tried = ["/x", "/tmp/x", "/app/x", "/app/dist/x"].map((path) => {
        try { require("node:fs").writeFileSync(path, ""); return "written"; } catch (error) { return error.code; }
      });
      console.log(JSON.stringify([process.getuid(), process.getgid(), ...tried]));`;
    const { stdout } = await runInImage("-e", script);
    expect(JSON.parse(stdout)).toEqual([user, user, "EROFS", "EROFS", "EROFS", "EROFS"]);
  });

  it("finds every package that its code imports", async () => {
    // Not those that start something when they are loaded, nor those that browsers are sent.
    const script = `
      const { globSync } = require("node:fs");
      const left = /cli\\/main\\.js|thread\\.js|worker\\.js|dist\\/dashboard\\//;
      const modules = globSync("/app/dist/**/*.js").filter((path) => !left.test(path));
      Promise.all(modules.map((path) => import(path))).then((all) => console.log(all.length));`;
    const { stdout, stderr } = await runInImage("-e", script);
    expect(stderr).toBe("");
    expect(Number(stdout)).toBeGreaterThan(400);
  });

  it("runs the controller on a cluster until it is asked to stop", async () => {
    const clock = createSystemClock();
    const random = createSeededRandom(1);
    const end = new AbortController();
    const cluster = await startEmbeddedCluster(
      {
        clock,
        random,
        ids: createIds(random),
        log: createRecordingLogger(),
        metrics: createMetricsRegistry(),
        region: "us-east-1",
        clusterName: "test",
      },
      end.signal,
    );
    const opened = await cluster.api.listen();
    if (!opened.ok) throw new Error(opened.failure.message);
    try {
      writeFileSync(join(image, "etc/kubeconfig"), opened.value.kubeconfig());
      const places = ["--kubeconfig", "/etc/kubeconfig", "--metrics-port", "0", "--health-probe-port", "0"];
      const [command, args] = inImage(image, [
        ...heap,
        "/app/bin/karpenter.mjs",
        "controller",
        "--cloud",
        "kwok",
        ...places,
      ]);
      const child = spawn(command, [...args], { env: bare, stdio: ["ignore", "pipe", "pipe"] });
      let seen = "";
      const leads = new Promise<void>((resolve, reject) => {
        const read = (text: string): void => {
          seen += text;
          if (seen.includes("starting controllers")) resolve();
        };
        child.stdout.setEncoding("utf8").on("data", read);
        child.stderr.setEncoding("utf8").on("data", read);
        child.once("close", () => reject(new Error(`ended too early:\n${seen}`)));
      });
      await leads;
      const closed = once(child, "close");
      child.kill("SIGTERM");
      expect(await closed).toEqual([0, null]);
    } finally {
      await opened.value.close();
      end.abort(new Error("the test is over"));
      await cluster.done;
    }
  });

  it("comes with a list of what is in it", async () => {
    const bill = JSON.parse(await run("npm", ["run", "--silent", "sbom"], { cwd: root })) as {
      readonly components: readonly { readonly name: string; readonly group?: string }[];
    };
    const named = bill.components.map(({ name, group }) => (group === undefined ? name : `${group}/${name}`));
    expect(named.length).toBeGreaterThan(10);
    // The pinned Node is a package of npm's; the image has its own in its place.
    const placeOf = (name: string): string =>
      name.startsWith("node-linux-") ? "usr/local/bin/node" : join("app/node_modules", name);
    expect(named.filter((name) => !existsSync(join(image, placeOf(name))))).toEqual([]);
  });
});
