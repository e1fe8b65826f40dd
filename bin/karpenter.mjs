#!/usr/bin/env -S node --max-semi-space-size=8 --heap-growing-percent=25
// (A small nursery and a heap that grows by a quarter between collections: with V8's defaults a controller that launches 200
// machines peaks at 280 MiB, with these at 185, for a third more of its few CPU seconds.)
// Starts the command line on Node 24 or newer. Plain JavaScript that any Node can read: on an older one it hands over to
// the pinned Node that `npm ci` installs beside it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src", "cli", "main.ts");
const entry = existsSync(source) ? source : join(root, "dist", "cli", "main.js");

/** The same as in the first line, for the Node that it hands over to. */
const heapFlags = ["--max-semi-space-size=8", "--heap-growing-percent=25"];

function pinnedNode() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const places = [join(root, "node_modules", "node", "bin", name), join(root, "..", "node", "bin", name)];
  return places.find((place) => existsSync(place));
}

if (Number(process.versions.node.split(".")[0]) >= 24) {
  await import(pathToFileURL(entry).href);
} else {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `karpenter: this is Node ${process.versions.node}, but Node 24 or newer is needed; install it, or run npm ci, which brings it along`,
    );
    process.exitCode = 2;
  } else {
    const child = spawn(node, [...heapFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    // A terminal sends Ctrl-C to the whole group: the child has it already, and a second one would mean "at once".
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
      process.on(signal, () => {
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on("error", (error) => {
      console.error(`karpenter: ${node} could not be started: ${error.message}`);
      process.exitCode = 2;
    });
    child.on("exit", (code, signal) => {
      process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
    });
  }
}
