import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { parseManifests } from "../../manifests/index.ts";
import { boundPod, documents, fileWith, machine, poolOf, runCommand } from "../../../test/builders/cli.ts";

const namespace = (name: string): string => JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

const cluster = documents(
  namespace("default"),
  namespace("closed"),
  poolOf("large", ["m5.large"]),
  machine("one", "large", "m5.large"),
  boundPod("a", "one", "1500m"),
);

/** A server that lists the objects of a cluster and refuses persistent volumes; tells what it was asked. */
async function serve(
  isRefused: (path: string) => boolean = (path) => path.endsWith("/persistentvolumes"),
): Promise<{ readonly kubeconfig: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const { objects } = parseManifests("cluster", cluster);
  const server = createServer((request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    asked.push(`${request.method ?? ""} ${path}`);
    const plural = path.slice(path.lastIndexOf("/") + 1);
    const refused = isRefused(path);
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    const items = objects
      .filter(({ object }) => `${object.kind.toLowerCase()}s` === plural)
      .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
      .map(({ object }) => object);
    const body = refused
      ? { kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message: "no volumes for you" }
      : { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "1" }, items };
    response.writeHead(refused ? 403 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const kubeconfig = fileWith(
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "test", user: { token: "t" } }],
    }),
    "kubeconfig",
  );
  return { kubeconfig, asked };
}

it("reads a cluster by lists only, and says what it may not list", async () => {
  const { kubeconfig, asked } = await serve();
  const { exitCode, output, errors } = await runCommand(["plan", "--kubeconfig", kubeconfig, "--output", "json"]);
  expect([exitCode, errors]).toEqual([
    1,
    expect.stringContaining("persistentvolumes may not be listed, and the answer lacks them: no volumes for you"),
  ]);
  expect(JSON.parse(output)).toMatchObject({
    schema: "plan/1",
    commands: [],
    kept: [{ node: "one", pricePerMonth: 70.08 }],
  });
  expect(asked.filter((call) => !call.startsWith("GET "))).toEqual([]);
});

it("reads namespace by namespace where the whole may not be listed, and names the one that refuses", async () => {
  const { kubeconfig } = await serve((path) => path === "/api/v1/pods" || path.includes("/namespaces/closed/pods"));
  const { exitCode, output, errors } = await runCommand(["top", "--kubeconfig", kubeconfig, "--output", "json"]);
  const [node] = JSON.parse(output) as readonly { readonly name: string; readonly pods: number }[];
  expect([exitCode, node]).toMatchObject([1, { name: "one", pods: 1 }]);
  expect(errors).toContain("pods may not be listed in namespace closed, and the answer lacks them: no volumes for you");
});

it("dumps a cluster into a file that explain answers from", async () => {
  const { kubeconfig } = await serve();
  const { output } = await runCommand(["snapshot", "--kubeconfig", kubeconfig]);
  const explained = await runCommand(["explain", "node/one", "-f", fileWith(output, "snapshot.json")]);
  expect(explained.output).toContain("node/one: it stays: ");
});

it("names the server that does not answer", async () => {
  const kubeconfig = fileWith("not: a kubeconfig", "kubeconfig");
  const { exitCode, errors } = await runCommand(["plan", "--kubeconfig", kubeconfig]);
  expect([exitCode, errors.startsWith("karpenter: ")]).toEqual([2, true]);
});
