import { statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive, root, runKarpenter, startKarpenter } from "./process.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bad-input-"));
});
afterAll(() => rm(folder, { recursive: true }));

const freePorts = ["--api-port", "0", "--http-port", "0"];
const settled = ["--until", "settled", "--timeout", "60s", "--output", "json", "--time-scale", "4"];
const kubeconfig = (): string[] => ["--kubeconfig-out", join(folder, "kubeconfig")];
const good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n";

async function upWith(name: string, text: string): ReturnType<typeof runKarpenter> {
  const file = join(folder, name);
  await writeFile(file, text);
  return runKarpenter(["up", "-f", file, ...settled, ...freePorts, ...kubeconfig()]);
}

function isOpenToAll(place: string): boolean {
  if ((statSync(place).mode & 0o005) !== 0o005) return false;
  return dirname(place) === place || isOpenToAll(dirname(place));
}

interface Summary {
  readonly schema: string;
  readonly refused: readonly { readonly object: string; readonly place: string; readonly message: string }[];
}
const summaryOf = (stdout: string): Summary => JSON.parse(stdout) as Summary;

describe("bad input to up", () => {
  it("names the place of a syntax error, still applies the rest, and exits with 2", async () => {
    const { code, stdout, stderr } = await upWith(
      "syntax.yaml",
      `${good}---\nkind: [Pod\nmetadata:\n---\n${good.replace("good", "second")}`,
    );
    expect(stderr).toMatch(/syntax\.yaml:\d+:\d+: /);
    expect(summaryOf(stdout).refused).toEqual([]);
    expect(code).toBe(2);
  });

  it.each([
    [
      "an unknown kind",
      "apiVersion: apps/v1\nkind: Deploiment\nmetadata: {name: a}\n",
      /no matches for kind "Deploiment" in version "apps\/v1"/,
    ],
    [
      "a version that is gone",
      "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {}\n",
      /no matches for kind "PodDisruptionBudget" in version "policy\/v1beta1"/,
    ],
    [
      "a missing CRD",
      "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\nspec: {}\n",
      /no matches for kind "ServiceMonitor".*CustomResourceDefinition/,
    ],
  ])("names %s with its place and exits with 1", async (_what, text, message) => {
    const { code, stdout, stderr } = await upWith("kind.yaml", `${good}---\n${text}`);
    expect(stderr).toMatch(/kind\.yaml:\d+:\d+: /);
    expect(stderr).toMatch(message);
    expect(summaryOf(stdout).refused).toHaveLength(1);
    expect(code).toBe(1);
  });

  it("quotes a quantity that is none, at its line", async () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: c\n      image: i\n      resources:\n        requests:\n          cpu: 1e400\n";
    const { code, stderr } = await upWith("quantity.yaml", pod);
    expect(stderr).toMatch(/quantity\.yaml:10:\d+: .*1e400|quantity\.yaml:\d+:\d+: .*1e\+?400/);
    expect(code).toBe(1);
  });

  it("names both places of an object that is defined twice, and exits with 1", async () => {
    const { code, stderr } = await upWith("twice.yaml", `${good}---\n${good}`);
    expect(stderr).toMatch(
      /twice\.yaml:5:1: v1 ConfigMap good: is defined twice; the first, at .*twice\.yaml:1:1, stands/,
    );
    expect(code).toBe(1);
  });

  it("refuses an empty folder", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    const { code, stderr } = await runKarpenter(["up", "-f", empty, ...settled, ...freePorts, ...kubeconfig()]);
    expect(stderr).toMatch(/the folder holds no manifest/);
    expect(code).toBe(2);
  });

  it.each(["--api-port", "--http-port"])("names the flag that changes a busy port (%s)", async (flag) => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, "127.0.0.1", () => resolve((holder.address() as { port: number }).port));
    });
    const other = flag === "--api-port" ? "--http-port" : "--api-port";
    const { code, stderr } = await runKarpenter(["up", flag, String(port), other, "0", ...kubeconfig()]);
    await new Promise((resolve) => holder.close(resolve));
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use; choose another with ${flag}`);
    expect(code).toBe(2);
  });

  // Only root can become somebody without the right, who must be able to read the project's folder.
  it.runIf(process.getuid?.() === 0 && isOpenToAll(root))(
    "explains a port below 1024 without the right to it",
    async () => {
      const { code, stderr } = await runKarpenter(
        [
          "up",
          "--api-port",
          "443",
          "--http-port",
          "0",
          "--kubeconfig-out",
          join(tmpdir(), `nobody-${process.pid}`, "kubeconfig"),
        ],
        { uid: 65534 },
      );
      expect(stderr).toContain(
        "port 443 on 127.0.0.1 needs rights that this user has not; choose one from 1024 on with --api-port",
      );
      expect(code).toBe(2);
    },
  );

  it.each([
    [["up", "--until", "tomorrow"], /--until/],
    [["up", "--timeout", "soon"], /soon/],
    [["up", "--api-port", "99999"], /99999/],
    [["destroy"], /destroy/],
  ])("refuses wrong use %j", async (args, message) => {
    const { code, stderr } = await runKarpenter(args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it.each([0, 150, 400, 800, 1500])(
    "leaves nothing behind when stopped %i ms after its start",
    async (milliseconds) => {
      const running = startKarpenter(["up", ...freePorts, ...kubeconfig()]);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      running.child.kill("SIGINT");
      const { code } = await running.ended;
      expect([0, 130, null]).toContain(code);
      expect(isAlive(running.child.pid ?? 0)).toBe(false);
    },
  );
});
