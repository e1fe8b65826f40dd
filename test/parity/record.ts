/**
 * Records what a real control plane answers to the list: `node test/parity/record.ts [--kubeconfig FILE] [--out FOLDER]
 * [NAME...]`. Starts a control plane of its own unless the kubeconfig of an administrator of a running one is given. With
 * --embedded it asks the embedded server instead, and with --kubectl another kubectl than that in PATH.
 */
import { parseArgs } from "node:util";
import { mapLimit } from "../../src/platform/index.ts";
import { joinReal, startEmbedded, startReal, type ParityCluster } from "./clusters.ts";
import { kubectlInPath, runKubectl } from "./kubectl.ts";
import { parityList } from "./parity-list.ts";
import { beginRecordings, recordedFolder, writeRecording } from "./recordings.ts";
import { runCall } from "./run-call.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubeconfig: { type: "string" },
    out: { type: "string", default: recordedFolder },
    embedded: { type: "boolean", default: false },
    kubectl: { type: "string", default: "kubectl" },
  },
});

function open(): Promise<ParityCluster> {
  if (values.embedded) return startEmbedded();
  return values.kubeconfig === undefined ? startReal() : joinReal(values.kubeconfig);
}

async function serverVersion(folder: string): Promise<string> {
  const place = { folder, kubectl: values.kubectl, namespace: "default" };
  const { stdout } = await runKubectl(place, ["version", "-o", "json"]);
  return (JSON.parse(stdout) as { serverVersion: { gitVersion: string } }).serverVersion.gitVersion;
}

const client = kubectlInPath(values.kubectl);
if ("missing" in client) throw new Error(client.missing);
const cluster = await open();
const { folder } = cluster;
const failures: string[] = [];
try {
  const calls = parityList.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  if (calls.length === parityList.length || values.out !== recordedFolder)
    beginRecordings(values.out, { kubectl: client.version, server: await serverVersion(folder) });
  await mapLimit(calls, 4, async (call) => {
    try {
      writeRecording(values.out, call.name, await runCall({ folder, kubectl: values.kubectl }, call));
    } catch (error) {
      failures.push(`${call.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  console.log(`${calls.length - failures.length} of ${calls.length} calls recorded in ${values.out}`);
} finally {
  await cluster.close();
}
for (const failure of failures) console.error(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
