/** The controller on a real control plane, with the rights of the chart's service account and no others. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ec2NodeClassType } from "../../src/api/index.ts";
import { clientFromKubeconfig } from "../../src/kube/index.ts";
import { awsProvider, awsProviderOptions, createOperator, defaultOptions } from "../../src/operator/index.ts";
import { lookAround } from "../../src/operator/look-around.ts";
import { prepareBinaries } from "../controlplane/build.ts";
import { untilAllRun, untilNothingIsLeft } from "../controlplane/cluster-waits.ts";
import { createSurroundings } from "../controlplane/surroundings.ts";
import { openRealCluster, type TestCluster } from "../controlplane/test-cluster.ts";
import { render, root } from "./chart.ts";

const namespace = "karpenter";
const region = "us-east-1";

/** Applies what the chart gives an account, and writes kubeconfigs of that account and of one without rights. */
async function installRights(
  cluster: TestCluster,
  folder: string,
): Promise<{ readonly chart: string; readonly none: string }> {
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.kubectl(...args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const objects = await render({
    namespace,
    values: { settings: { clusterName: "karpenter-ts" }, legacy: { enabled: true } },
  });
  const wanted = objects.filter(({ kind }) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind));
  const file = join(folder, "rights.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: wanted }));
  await kubectl("create", "namespace", namespace);
  await kubectl("apply", "-f", file);
  const config = JSON.parse(await kubectl("config", "view", "--raw", "-o", "json")) as {
    readonly users: readonly { readonly name: string }[];
  };
  const configOf = async (account: string): Promise<string> => {
    const token = (await kubectl("create", "token", account, "-n", namespace)).trim();
    const path = join(folder, `kubeconfig-${account}`);
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    await writeFile(path, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return path;
  };
  await kubectl("create", "serviceaccount", "nobody", "-n", namespace);
  return { chart: await configOf("karpenter"), none: await configOf("nobody") };
}

it("[ops 9.2.25] lives through launch, drain and uninstall with the chart's rights: no call is forbidden, no finalizer is left", async () => {
  const cluster = await openRealCluster(await prepareBinaries());
  onTestFinished(() => cluster.stop());
  const folder = await mkdtemp(join(tmpdir(), "rights-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const around = createSurroundings();
  const paths = await installRights(cluster, folder);
  const { client } = await clientFromKubeconfig({ path: paths.chart }, around);
  onTestFinished(() => client.close());
  const { account } = cluster;
  const options = { ...defaultOptions, clusterName: account.clusterName, interruptionQueue: account.queueName };
  const operator = createOperator({
    ...around,
    kube: client,
    provider: awsProvider({
      clients: account.clients,
      options: awsProviderOptions(options, { region, clusterEndpoint: "https://127.0.0.1:6443" }),
      kubernetesVersion: () => "1.34",
    }),
    options,
    namespace,
  });
  const stopping = new AbortController();
  const ended = operator.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort(new Error("the test is over"));
    await ended;
  });
  await operator.running;
  const samples = ["storage", "pools", "application"].flatMap((name) => ["-f", join(root, `samples/${name}.yaml`)]);
  expect(await cluster.kubectl("apply", ...samples)).toMatchObject({ code: 0, stderr: "" });
  await untilAllRun(cluster, 25, 300);
  // The order of docs/operate.md.
  await cluster.kubectl("delete", "-f", join(root, "samples/application.yaml"));
  await cluster.kubectl("delete", "nodepools", "--all", "--timeout=300s");
  await untilNothingIsLeft(cluster, 300);
  expect(await cluster.kubectl("delete", "ec2nodeclasses", "--all", "--timeout=300s")).toMatchObject({ code: 0 });
  expect((await cluster.kubectl("get", "nodes,nodeclaims,nodepools,ec2nodeclasses", "-o", "name")).stdout).toBe("");
  expect(around.log.lines.filter(({ message }) => message.startsWith("rights are missing"))).toEqual([]);
  const nobody = createSurroundings();
  const without = await clientFromKubeconfig({ path: paths.none }, nobody);
  onTestFinished(() => without.client.close());
  const lease = { namespace, name: options.leaderElectionName };
  const look = { kube: without.client, log: nobody.log, options, nodeClassTypes: [ec2NodeClassType], lease };
  await lookAround(look, new AbortController().signal);
  const [told, ...more] = nobody.log.lines;
  expect([told?.level, more]).toEqual(["error", []]);
  expect(told?.fields["missing"]).toEqual(
    expect.arrayContaining([
      "list nodepools.karpenter.sh",
      "create pods/eviction",
      `update leases.coordination.k8s.io in ${namespace}`,
    ]),
  );
  const exposed = await around.metrics.expose();
  expect(exposed).toMatch(/^client_go_request_total\{code="201"/m);
  expect(exposed.split("\n").filter((line) => /code="40[13]"/.test(line))).toEqual([]);
});
