import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { writeKubeconfig } from "./write-kubeconfig.ts";

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it("makes the folders it needs and lets nobody else read the file", async () => {
  const file = join(newFolder(), "a", "b", "kubeconfig");
  await writeKubeconfig(file, "text");
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual(["text", 0o600]);
});

it.runIf(process.platform === "linux")("says so where no folder can be made, however the system words it", async () => {
  await expect(writeKubeconfig("/proc/nowhere/kubeconfig", "text")).rejects.toThrow(
    /the kubeconfig cannot be written to \/proc\/nowhere\/kubeconfig: .*; choose another place with --kubeconfig-out/,
  );
});

it("does not wait for the reader of a pipe", async () => {
  const pipe = join(newFolder(), "pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  await expect(writeKubeconfig(pipe, "text")).rejects.toThrow("it is a pipe, not a file");
});
