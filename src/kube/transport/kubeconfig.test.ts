import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { configMapType } from "../../api/index.ts";
import {
  createManualClock,
  createMetricsRegistry,
  createSeededRandom,
  createSystemClock,
  silentLogger,
} from "../../platform/index.ts";
import { clientFromKubeconfig, inClusterClient } from "../index.ts";
import { adminIdentity, otherIdentity, serverIdentity } from "../testing/tls.ts";

const settings = () => ({
  clock: createSystemClock(),
  random: createSeededRandom(1),
  log: silentLogger,
  metrics: createMetricsRegistry(),
  retries: 0,
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A server that answers who asked, by token or certificate. */
async function serveTls(options: ServerOptions = {}) {
  const who: RequestListener = (request: IncomingMessage, response) => {
    const { CN = "" } = (request.socket as TLSSocket).getPeerCertificate().subject ?? {};
    const data = { authorization: request.headers.authorization ?? "", certificate: CN };
    response.end(JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "who" }, data }));
  };
  const server = createHttpsServer({ cert: serverIdentity.certificate, key: serverIdentity.key, ...options }, who);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, identity: serverIdentity };
}

interface User {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key-data"?: string;
  readonly exec?: object;
}

function kubeconfig(address: string, cluster: object, user: User): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: address, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [
      { name: "one", context: { cluster: "c", user: "u", namespace: "shop" } },
      { name: "two", context: { cluster: "c", user: "u" } },
      { name: "broken", context: { cluster: "missing", user: "u" } },
    ],
    "current-context": "one",
  });
}

async function askWho(text: string) {
  const { client, namespace } = await clientFromKubeconfig({ text }, settings());
  onTestFinished(() => client.close());
  const { data } = await client.get(configMapType, { name: "who", namespace });
  return { ...data, namespace };
}

describe("a client from a kubeconfig", () => {
  it("trusts its authority and shows its token", async () => {
    const { address, identity } = await serveTls();
    const cluster = { "certificate-authority-data": base64(identity.certificate) };
    expect(await askWho(kubeconfig(address, cluster, { token: "abc" }))).toEqual({
      authorization: "Bearer abc",
      certificate: "",
      namespace: "shop",
    });
  });

  it("shows its client certificate", async () => {
    const person = adminIdentity;
    const { address, identity } = await serveTls({
      requestCert: true,
      rejectUnauthorized: true,
      ca: person.certificate,
    });
    const cluster = { "certificate-authority-data": base64(identity.certificate) };
    const user = {
      "client-certificate-data": base64(person.certificate),
      "client-key-data": base64(person.key),
    };
    expect(await askWho(kubeconfig(address, cluster, user))).toMatchObject({ certificate: "admin" });
  });

  it("runs an exec plug-in for its token", async () => {
    const { address, identity } = await serveTls();
    const cluster = { "certificate-authority-data": base64(identity.certificate) };
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "from-plug-in" },
    };
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", `console.log(${JSON.stringify(JSON.stringify(credential))})`],
      interactiveMode: "Never",
    };
    expect(await askWho(kubeconfig(address, cluster, { exec }))).toMatchObject({
      authorization: "Bearer from-plug-in",
    });
  });

  it("does not talk to a server whose certificate its authority has not signed", async () => {
    const { address } = await serveTls();
    const cluster = { "certificate-authority-data": base64(otherIdentity.certificate) };
    await expect(askWho(kubeconfig(address, cluster, { token: "abc" }))).rejects.toMatchObject({
      reason: "ConnectionFailed",
      message: expect.stringMatching(/cannot reach the API server at https:.*certificate/i) as string,
    });
  });

  it("does so when told not to check", async () => {
    const { address } = await serveTls();
    const cluster = { "insecure-skip-tls-verify": true };
    expect(await askWho(kubeconfig(address, cluster, { token: "abc" }))).toMatchObject({ authorization: "Bearer abc" });
  });

  it("reads a file, and a context other than the current one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "config");
    writeFileSync(path, kubeconfig("https://127.0.0.1:1", {}, { token: "abc" }));
    const { client, namespace } = await clientFromKubeconfig({ path }, { ...settings(), context: "two" });
    onTestFinished(() => client.close());
    expect([client.server, namespace]).toEqual(["https://127.0.0.1:1", "default"]);
  });

  it("reads what a file names beside it, a token that changes included", async () => {
    const { address, identity } = await serveTls();
    const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "ca.pem"), identity.certificate);
    writeFileSync(join(folder, "token"), "first");
    const text = kubeconfig(address, { "certificate-authority": "ca.pem" }, { tokenFile: "token", token: "beside" });
    writeFileSync(join(folder, "config"), text);
    const clock = createManualClock();
    const { client } = await clientFromKubeconfig({ path: join(folder, "config") }, { ...settings(), clock });
    onTestFinished(() => client.close());
    const ask = async () =>
      (await client.get(configMapType, { namespace: "default", name: "who" })).data?.authorization;
    expect(await ask()).toBe("Bearer first");
    writeFileSync(join(folder, "token"), "second");
    await clock.advance(10_000);
    expect(await ask()).toBe("Bearer second");
  });

  it("merges several files, the first giving the current context", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const paths = [join(folder, "one"), join(folder, "two")];
    const renamed = (suffix: string) =>
      kubeconfig(`https://${suffix}.example:6443`, {}, { token: suffix }).replaceAll(
        /"(c|u|one|two|broken)"/g,
        `"$1-${suffix}"`,
      );
    for (const [index, path] of paths.entries()) writeFileSync(path, renamed(index === 0 ? "first" : "second"));
    const current = await clientFromKubeconfig({ paths }, settings());
    const other = await clientFromKubeconfig({ paths }, { ...settings(), context: "two-second" });
    onTestFinished(() => Promise.all([current.client.close(), other.client.close()]).then(() => undefined));
    expect([current.client.server, other.client.server]).toEqual([
      "https://first.example:6443",
      "https://second.example:6443",
    ]);
  });

  it.each([
    [{ path: "/nowhere/config" }, undefined, "kubeconfig /nowhere/config does not exist"],
    [{ text: "a: [" }, undefined, "the given text is not a kubeconfig that can be used"],
    [
      { text: kubeconfig("https://x", {}, {}) },
      "three",
      'context "three" is not in the kubeconfig; contexts there: one, two, broken',
    ],
    [{ text: kubeconfig("https://x", {}, {}) }, "broken", 'the cluster of context "broken" is not in the kubeconfig'],
  ])("tells what is wrong with %j in context %s", async (source, context, message) => {
    const options = { ...settings(), ...(context === undefined ? {} : { context }) };
    await expect(clientFromKubeconfig(source, options)).rejects.toThrow(message);
  });
});

describe("a client for the cluster around it", () => {
  it("is found by its environment, and its token is read from the pod's own folder", async () => {
    const { address, identity } = await serveTls();
    const folder = mkdtempSync(join(tmpdir(), "account-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries({ "ca.crt": identity.certificate, token: "t\n", namespace: "karpenter" }))
      writeFileSync(join(folder, name), text);
    const { hostname, port } = new URL(address);
    const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const { client, namespace } = await inClusterClient(settings(), environment, folder);
    onTestFinished(() => client.close());
    const { data } = await client.get(configMapType, { namespace: "default", name: "who" });
    expect([namespace, data?.authorization]).toEqual(["karpenter", "Bearer t"]);
  });

  it("says what is missing outside of one", async () => {
    await expect(inClusterClient(settings())).rejects.toThrow("not inside a cluster: KUBERNETES_SERVICE_HOST");
  });
});
