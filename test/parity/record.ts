/**
 * Records what a real control plane answers to the list: `node test/parity/record.ts --kubeconfig FILE [--out FOLDER]
 * [--embedded] [NAME...]`. With --embedded it asks the embedded server instead, which shows where the two part.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mapLimit } from "../../src/platform/index.ts";
import { joinReal, startEmbedded } from "./clusters.ts";
import { kubectlVersion } from "./kubectl.ts";
import { parityList } from "./parity-list.ts";
import { runCall } from "./run-call.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kubeconfig: { type: "string" }, out: { type: "string" }, embedded: { type: "boolean" } },
});
const folder = values.out ?? join(dirname(fileURLToPath(import.meta.url)), "recorded");
const client = kubectlVersion();
if ("missing" in client) throw new Error(client.missing);
if (values.embedded !== true && values.kubeconfig === undefined)
  throw new Error("which control plane? give --kubeconfig FILE of an administrator, or --embedded");
const calls = parityList.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (positionals.length === 0) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const cluster = values.embedded === true ? await startEmbedded() : await joinReal(values.kubeconfig ?? "");
let failures = 0;
await mapLimit(calls, 4, async (call) => {
  try {
    const steps = await runCall(cluster.folder, call);
    const record = { kubectl: client.version, steps };
    writeFileSync(join(folder, `${call.name}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
  } catch (error) {
    failures += 1;
    console.error(`${call.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
});
console.log(`${calls.length - failures} of ${calls.length} calls recorded in ${folder}`);
await cluster.close();
process.exit(failures === 0 ? 0 : 1);
