/**
 * A real control plane by hand: `node test/controlplane/up.ts [PART…]` starts it (all parts unless some are named), prints
 * one line of JSON with the kubeconfig and the process ids, and runs until Ctrl-C.
 */
import { once } from "node:events";
import { type ControlPlanePart, controlPlaneParts } from "./arguments.ts";
import { ControlPlaneMissing, prepareBinaries } from "./build.ts";
import { startControlPlane } from "./control-plane.ts";

const parts = process.argv.slice(2);
const unknown = parts.filter((part) => !controlPlaneParts.includes(part as ControlPlanePart));
const end = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => end.abort(new Error(`stopped by ${signal}`)));
}

async function run(): Promise<void> {
  const { signal } = end;
  const binaries = await prepareBinaries({ report: (line) => console.error(line), signal });
  const wanted = parts.length === 0 ? controlPlaneParts : (parts as readonly ControlPlanePart[]);
  const controlPlane = await startControlPlane({ binaries, parts: wanted, signal });
  try {
    const { server, kubeconfig } = controlPlane;
    console.log(JSON.stringify({ server, kubeconfig, pids: Object.fromEntries(controlPlane.pids) }));
    await Promise.race([signal.aborted ? undefined : once(signal, "abort"), controlPlane.broken]);
  } finally {
    await controlPlane.stop();
  }
}

if (unknown.length > 0) {
  console.error(`test/controlplane: there is no part ${unknown.join(", ")}; parts are ${controlPlaneParts.join(", ")}`);
  process.exitCode = 2;
} else {
  try {
    await run();
  } catch (error) {
    if (!end.signal.aborted) {
      console.error(error instanceof ControlPlaneMissing ? `test/controlplane: ${error.message}` : error);
      process.exitCode = 2;
    }
  }
}
