/** Inputs beside files: a cluster over its API, use figures, an account that cannot be reached. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseManifests } from "../../manifests/index.ts";
import { fileWith, runCommand } from "../../../test/builders/cli.ts";

const objects = `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: a}
spec: {limits: {cpu: 9, memory: 9Gi}, template: {spec: {nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}, requirements: []}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec: {containers: [{name: c}]}
status: {conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, lastTransitionTime: "2026-01-01T00:00:00Z"}]}
---
apiVersion: v1
kind: Event
metadata: {name: e, namespace: shop}
involvedObject: {kind: Pod, namespace: shop, name: p}
reason: FailedScheduling
source: {component: default-scheduler}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 1, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}}]}}}
`;

/** A server that lists these and refuses limit ranges. */
async function serve(): Promise<{ readonly kubeconfig: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const all = parseManifests("cluster", objects).objects.map(({ object }) => object);
  const server = createServer((request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const plural = path.slice(path.lastIndexOf("/") + 1);
    asked.push(`${request.method ?? ""} ${plural} ${new URLSearchParams(query).get("fieldSelector") ?? ""}`.trim());
    const refused = plural === "limitranges";
    const items = all.filter(({ kind }) => `${kind.toLowerCase()}s` === plural);
    const body = refused
      ? { kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message: "none for you" }
      : { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "1" }, items };
    response.writeHead(refused ? 403 : 200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "test", user: { token: "t" } }],
  };
  return { kubeconfig: fileWith(JSON.stringify(config), "kubeconfig"), asked };
}

interface Report {
  readonly findings: readonly { readonly rule: string; readonly file: string }[];
  readonly rules: readonly { readonly rule: string; readonly state: string; readonly reason?: string }[];
}

test("a cluster is read by lists only; what may not be listed is told, and rules do without", async () => {
  const { kubeconfig, asked } = await serve();
  const { exitCode, output, errors } = await runCommand([
    "lint",
    "--cluster",
    "--kubeconfig",
    kubeconfig,
    "-o",
    "json",
  ]);
  const { findings, rules } = JSON.parse(output) as Report;
  expect(exitCode).toBe(1);
  expect(errors).toContain("limitranges may not be listed, and rules do without them: none for you");
  expect(findings).toContainEqual(expect.objectContaining({ rule: "KBP111", file: "cluster" }));
  expect(findings).toContainEqual(expect.objectContaining({ rule: "KBP501" }));
  expect(rules).toContainEqual({ rule: "KBP703", state: "skipped" });
  expect(asked.filter((each) => !each.startsWith("GET "))).toEqual([]);
  expect(asked).toContain("GET configmaps metadata.name=karpenter-global-settings");
});

test("use figures that are none end the command with their place", async () => {
  const file = fileWith('{"schema": "karpenter.metrics/1", "figures": {"cpu": []}}', "metrics.json");
  expect(await runCommand(["lint", "--metrics", file])).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining("figures.cpu: no such figure"),
  });
});

test("use figures alone are an input", async () => {
  const file = fileWith('{"schema": "karpenter.metrics/1", "figures": {"poolNodes": []}}', "metrics.json");
  const { exitCode, output } = await runCommand(["lint", "--metrics", file, "-o", "json"]);
  const { rules } = JSON.parse(output) as Report;
  expect(exitCode).toBe(0);
  expect(rules.find(({ rule }) => rule === "KBP101")).toMatchObject({ state: "unknown" });
  expect(rules.find(({ rule }) => rule === "KBP606")?.reason).toBe("needs the AWS account (--aws)");
});
