import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { configMapType, nodeType, type Pod, podType } from "../../api/index.ts";
import {
  createManualClock,
  createMetricsRegistry,
  createSeededRandom,
  createSystemClock,
  silentLogger,
} from "../../platform/index.ts";
import { createHttpClient, type HttpClientOptions } from "../index.ts";
import { configMap, pod } from "../testing/rig.ts";

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answer = (response: ServerResponse, received: Received) => void;

/** A server that gives the answers one after the other, the last one for ever, and keeps what it received. */
async function serve(answers: readonly Answer[], options: Partial<HttpClientOptions> = {}) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = request;
    const call = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
    received.push(call);
    (answers[received.length - 1] ?? answers.at(-1))?.(response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const metrics = createMetricsRegistry();
  const client = createHttpClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: createSystemClock(),
    random: createSeededRandom(1),
    log: silentLogger,
    metrics,
    ...options,
  });
  onTestFinished(() => client.close().then(() => closeServer(server)));
  return { client, received, metrics, server };
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const json =
  (body: unknown, code = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

const status = (code: number, reason: string, rest: object = {}, headers: Record<string, string> = {}): Answer =>
  json(
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: "no", reason, code, ...rest },
    code,
    headers,
  );

const stream =
  (...chunks: readonly (string | Uint8Array)[]): Answer =>
  async (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    for (const chunk of chunks) await new Promise((resolve) => response.write(chunk, () => setImmediate(resolve)));
    response.end();
  };

const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const name = { namespace: "default", name: "a" };

async function collect(events: AsyncIterable<{ readonly type: string }>): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { type } of events) types.push(type);
  return types;
}

describe("requests", () => {
  it("go to the paths and with the bodies that Kubernetes wants", async () => {
    const { client, received } = await serve([json({ metadata: {} })], { token: "secret", userAgent: "karpenter/1" });
    const object = configMap("a", "1");
    await client.get(configMapType, name);
    await client.list(podType, { namespace: "shop", labelSelector: "app in (a,b)", limit: 500, continue: "x==" });
    await client.create(configMapType, object, { dryRun: true, fieldManager: "me" });
    await client.update(nodeType, { apiVersion: "v1", kind: "Node", metadata: { name: "n" } } as never, {
      subresource: "status",
    });
    await client.patch(configMapType, name, { type: "apply", body: object, force: true, fieldManager: "me" });
    await client.patch(configMapType, name, { type: "json", body: [{ op: "remove", path: "/data" }] });
    await client.delete(configMapType, name, { uid: "u", gracePeriodSeconds: 0, propagationPolicy: "Foreground" });
    await client.createSubresource(podType, name, "binding", object);
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /api/v1/namespaces/default/configmaps/a",
      "GET /api/v1/namespaces/shop/pods?labelSelector=app+in+%28a%2Cb%29&limit=500&continue=x%3D%3D",
      "POST /api/v1/namespaces/default/configmaps?dryRun=All&fieldManager=me",
      "PUT /api/v1/nodes/n/status",
      "PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=me&force=true",
      "PATCH /api/v1/namespaces/default/configmaps/a",
      "DELETE /api/v1/namespaces/default/configmaps/a",
      "POST /api/v1/namespaces/default/pods/a/binding",
    ]);
    expect(received[0]?.headers).toMatchObject({ authorization: "Bearer secret", "user-agent": "karpenter/1" });
    expect(received[4]?.headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(received[5]?.headers["content-type"]).toBe("application/json-patch+json");
    expect(JSON.parse(received[6]?.body ?? "")).toEqual({
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid: "u" },
      gracePeriodSeconds: 0,
      propagationPolicy: "Foreground",
    });
  });

  it("tell of the warnings that come with an answer", async () => {
    const warning = '299 - "unknown field \\"spec.a\\"", 299 kube "two"';
    const { client } = await serve([json({ metadata: {} }, 201, { warning })]);
    const told: string[] = [];
    await client.create(configMapType, configMap("a", "1"), { warn: (text) => told.push(text) });
    expect(told).toEqual(['unknown field "spec.a"', "two"]);
  });

  it("ask a server which resource serves a kind, and for its version", async () => {
    const resources = [
      { name: "deployments/scale", kind: "Deployment", namespaced: true },
      { name: "deployments", kind: "Deployment", namespaced: true },
    ];
    const answers = [
      json({ resources }),
      json({ resources }),
      status(404, "NotFound"),
      json({ major: "1", minor: "34+" }),
    ];
    const { client, received } = await serve(answers);
    expect(await client.typeOf("apps/v1", "Deployment")).toMatchObject({ plural: "deployments", namespaced: true });
    expect(await client.typeOf("apps/v1", "Deploiment")).toBeUndefined();
    expect(await client.typeOf("example.com/v1", "Thing")).toBeUndefined();
    expect(await client.kubernetesVersion()).toBe("1.34");
    expect(received.map(({ url }) => url)).toEqual([
      "/apis/apps/v1",
      "/apis/apps/v1",
      "/apis/example.com/v1",
      "/version",
    ]);
  });

  it("keep the path of a server behind a proxy, and escape names", async () => {
    const { client, received, server } = await serve([json({ metadata: {} })]);
    const { port } = server.address() as AddressInfo;
    const behind = createHttpClient({
      server: `http://127.0.0.1:${port}/k8s/clusters/c1/`,
      clock: createSystemClock(),
      random: createSeededRandom(1),
      log: silentLogger,
      metrics: createMetricsRegistry(),
    });
    onTestFinished(() => behind.close());
    await behind.get(nodeType, { name: "a/../b" });
    await client.get(nodeType, { name: "plain" });
    expect(received.map(({ url }) => url)).toEqual(["/k8s/clusters/c1/api/v1/nodes/a%2F..%2Fb", "/api/v1/nodes/plain"]);
  });

  it("refuse a path without the name or namespace it needs", async () => {
    const { client, received } = await serve([json({})]);
    await expect(client.get(podType, { name: "a" })).rejects.toThrow("Pod a without a namespace");
    await expect(client.get(nodeType, { name: "" })).rejects.toThrow("Node without a name");
    expect(received).toEqual([]);
  });

  it("give list items their kind", async () => {
    const items = [{ metadata: { name: "p" } }];
    const { client } = await serve([json({ kind: "PodList", apiVersion: "v1", metadata: {}, items })]);
    expect((await client.list(podType)).items[0]).toEqual({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" } });
  });

  it("tell a deleted object that is held from one that has gone", async () => {
    const held = {
      ...pod("a"),
      metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:30Z", deletionGracePeriodSeconds: 30 },
    };
    const gone = { ...held, metadata: { ...held.metadata, deletionGracePeriodSeconds: 0 } };
    const { client } = await serve([json(held), json(gone), json({ kind: "Status", status: "Success", metadata: {} })]);
    expect((await client.delete(podType, name))?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(await client.delete(podType, name)).toBeUndefined();
    expect(await client.delete(podType, name)).toBeUndefined();
  });

  it("ask discovery whether a kind is served", async () => {
    const { client, received } = await serve([
      json({ kind: "APIResourceList", resources: [{ name: "pods" }, { name: "pods/status" }] }),
      json({ kind: "APIResourceList", resources: [{ name: "nodes" }] }),
      status(404, "NotFound"),
    ]);
    expect([await client.isServed(podType), await client.isServed(podType), await client.isServed(podType)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(received[0]?.url).toBe("/api/v1");
  });

  it("ask for the token before each call", async () => {
    const tokens = ["one", "two"];
    const { client, received } = await serve([json({})], { token: async () => tokens.shift() ?? "" });
    await client.get(configMapType, name);
    await client.get(configMapType, name);
    expect(received.map(({ headers }) => headers.authorization)).toEqual(["Bearer one", "Bearer two"]);
  });
});

describe("faults", () => {
  it.each([
    [404, "NotFound"],
    [409, "AlreadyExists"],
    [409, "Conflict"],
    [410, "Expired"],
    [422, "Invalid"],
    [403, "Forbidden"],
    [500, "InternalError"],
  ])("of a %s %s carry reason, code, message and causes", async (code, reason) => {
    const details = { causes: [{ reason: "FieldValueInvalid", field: "spec" }] };
    const { client } = await serve([status(code, reason, { details })]);
    await expect(client.create(configMapType, configMap("a"))).rejects.toMatchObject({
      name: "KubeFault",
      reason,
      code,
      message: "no",
      status: { details },
    });
  });

  it("of an answer that is no Status quote it", async () => {
    const { client } = await serve([(response) => response.writeHead(502).end("<html>Bad gateway</html>")]);
    await expect(client.get(configMapType, name)).rejects.toMatchObject({
      reason: "Unknown",
      code: 502,
      message: "the API server answered 502: <html>Bad gateway</html>",
    });
  });

  it("of a refused connection name the server and the system's code", async () => {
    const { client, server } = await serve([json({})], { retries: 0 });
    await closeServer(server);
    await expect(client.get(configMapType, name)).rejects.toMatchObject({
      reason: "ConnectionFailed",
      code: 0,
      message: expect.stringMatching(
        /cannot reach the API server at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/,
      ) as string,
    });
  });

  it("of a call that is not answered in time say so", async () => {
    const { client } = await serve([() => undefined], { timeoutMilliseconds: 20 });
    await expect(client.get(configMapType, name)).rejects.toMatchObject({
      reason: "Timeout",
      message: "GET /api/v1/namespaces/default/configmaps/a: no answer within 0.02 s",
    });
  });

  it("give way to the reason of the caller's signal", async () => {
    const stop = new AbortController();
    const { client } = await serve([() => stop.abort(new Error("not needed any more"))]);
    await expect(client.get(configMapType, name, { signal: stop.signal })).rejects.toThrow("not needed any more");
  });
});

describe("retries", () => {
  const soon = { "retry-after": "0" };

  it("repeat what may be repeated on 429 and 503", async () => {
    const { client, received } = await serve([
      status(429, "TooManyRequests", {}, soon),
      status(503, "ServiceUnavailable", {}, soon),
      json(configMap("a", "1")),
    ]);
    expect((await client.get(configMapType, name)).data).toEqual({ value: "1" });
    expect(received).toHaveLength(3);
  });

  it("wait as long as the server asks, up to a fifth longer", async () => {
    const clock = createManualClock();
    const { client, received } = await serve([status(429, "TooManyRequests", {}, { "retry-after": "7" }), json({})], {
      clock,
    });
    const got = client.get(configMapType, name);
    await until(() => received.length === 1 && (clock.nextDue() ?? Infinity) <= clock.now() + 8400);
    await clock.advance(6_999);
    expect(received).toHaveLength(1);
    await clock.advance(1_401);
    await got;
    expect(received).toHaveLength(2);
  });

  it("repeat after a connection that was reset", async () => {
    const reset: Answer = (response) => response.destroy();
    const { client, received } = await serve([reset, json({})]);
    await client.get(configMapType, name);
    expect(received).toHaveLength(2);
  });

  it("end after a few attempts", async () => {
    const { client, received } = await serve([status(503, "ServiceUnavailable", {}, soon)], { retries: 2 });
    await expect(client.get(configMapType, name)).rejects.toMatchObject({ reason: "ServiceUnavailable" });
    expect(received).toHaveLength(3);
  });

  it("never repeat a create, an eviction or a JSON patch", async () => {
    const { client, received } = await serve([status(429, "TooManyRequests", {}, soon)]);
    const once = { reason: "TooManyRequests", retryAfterSeconds: 0 };
    await expect(client.create(configMapType, configMap("a"))).rejects.toMatchObject(once);
    await expect(client.createSubresource(podType, name, "eviction", pod("a"))).rejects.toMatchObject(once);
    await expect(client.patch(configMapType, name, { type: "json", body: [] })).rejects.toMatchObject(once);
    expect(received).toHaveLength(3);
  });

  it("do not repeat what the server refused for good", async () => {
    const { client, received } = await serve([status(500, "InternalError", {}, soon)]);
    await expect(client.get(configMapType, name)).rejects.toMatchObject({ reason: "InternalError" });
    expect(received).toHaveLength(1);
  });

  it("stop with the reason of the caller's signal", async () => {
    const stop = new AbortController();
    const { client } = await serve([
      (response, call) => {
        status(503, "ServiceUnavailable", {}, { "retry-after": "3600" })(response, call);
        setTimeout(() => stop.abort(new Error("stopped")), 20);
      },
    ]);
    await expect(client.get(configMapType, name, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});

describe("the client's own rate limit", () => {
  it("[ops 9.2.32] lets the burst go at once and the rest at its rate, in order, watches aside", async () => {
    const clock = createManualClock();
    const { client, received } = await serve([json({ items: [], metadata: {} })], { clock, qps: 10, burst: 3 });
    const order: number[] = [];
    const calls = [0, 1, 2, 3, 4, 5].map((number) =>
      client.get(nodeType, { name: `n${number}` }).then(() => order.push(number)),
    );
    await until(() => received.length === 3);
    await collect(client.watch(podType)).catch(() => undefined);
    expect(received.filter(({ url }) => url.includes("watch=true"))).toHaveLength(1);
    for (let sent = 5; sent <= 7; sent += 1) {
      await clock.advance(100);
      await until(() => received.length === sent);
    }
    await Promise.all(calls);
    expect(order.slice(3)).toEqual([3, 4, 5]);
  });
});

describe("watches", () => {
  const objects = [pod("a"), pod("ü"), pod("c")];
  const text = line("ADDED", objects[0]) + line("MODIFIED", objects[1]) + line("DELETED", objects[2]);

  it("ask for what they are told to", async () => {
    const { client, received } = await serve([stream()]);
    await collect(
      client.watch(podType, {
        namespace: "shop",
        resourceVersion: "7",
        allowBookmarks: true,
        timeoutSeconds: 300,
        fieldSelector: "spec.nodeName=n1",
      }),
    );
    expect(received[0]?.url).toBe(
      "/api/v1/namespaces/shop/pods?watch=true&fieldSelector=spec.nodeName%3Dn1&resourceVersion=7" +
        "&allowWatchBookmarks=true&timeoutSeconds=300",
    );
  });

  it("decode events whatever the chunks are cut like, even within a letter", async () => {
    const bytes = Buffer.from(text);
    for (const size of [1, 7, 64, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const { client } = await serve([stream(...chunks)]);
      const seen: (Pod | undefined)[] = [];
      for await (const event of client.watch(podType)) seen.push(event.type === "BOOKMARK" ? undefined : event.object);
      expect(seen).toEqual(objects);
    }
  });

  it("give bookmarks as versions", async () => {
    const bookmark = line("BOOKMARK", { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "99" } });
    const { client } = await serve([stream(bookmark)]);
    const events: unknown[] = [];
    for await (const event of client.watch(podType)) events.push(event);
    expect(events).toEqual([{ type: "BOOKMARK", resourceVersion: "99" }]);
  });

  it.each([
    [410, "Expired"],
    [500, "InternalError"],
  ])("reject on an ERROR of %s within the stream", async (code, reason) => {
    const error = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: "no", reason, code };
    const { client } = await serve([stream(line("ADDED", pod("a")), line("ERROR", error))]);
    await expect(collect(client.watch(podType))).rejects.toMatchObject({ reason, code });
  });

  it("reject when the server refuses them", async () => {
    const { client } = await serve([status(410, "Expired")]);
    await expect(collect(client.watch(podType))).rejects.toMatchObject({ reason: "Expired", code: 410 });
  });

  it("reject when the connection breaks within them", async () => {
    const { client } = await serve([
      (response) => {
        response.writeHead(200);
        response.write(line("ADDED", pod("a")), () => response.destroy());
      },
    ]);
    await expect(collect(client.watch(podType))).rejects.toMatchObject({ reason: "ConnectionFailed" });
  });

  it("reject when the last event is cut short", async () => {
    const { client } = await serve([stream(line("ADDED", pod("a")), '{"type":"ADDED","obj')]);
    await expect(collect(client.watch(podType))).rejects.toMatchObject({
      reason: "ConnectionFailed",
      message: expect.stringContaining("cut within an event") as string,
    });
  });

  it("free their connection when the reader leaves early or aborts", async () => {
    const closed: string[] = [];
    const open: Answer = (response) => {
      response.writeHead(200);
      response.write(line("ADDED", pod("a")));
      response.on("close", () => closed.push("closed"));
    };
    const { client } = await serve([open]);
    for await (const event of client.watch(podType)) if (event.type === "ADDED") break;
    await until(() => closed.length === 1);
    const stop = new AbortController();
    const iterator = client.watch(podType, { signal: stop.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await until(() => closed.length === 2);
  });

  it("leave sockets to calls, however many are open", async () => {
    const open: Answer = (response, { url }) => {
      if (url.includes("watch=true")) response.writeHead(200).flushHeaders();
      else json({})(response, { method: "", url, headers: {}, body: "" });
    };
    const { client } = await serve([open], { maxSockets: 1 });
    const stop = new AbortController();
    const watches = Array.from({ length: 20 }, () => collect(client.watch(podType, { signal: stop.signal })));
    await client.get(configMapType, name);
    stop.abort(new Error("over"));
    const outcomes = await Promise.allSettled(watches);
    expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
  });
});

describe("request metrics", () => {
  it("count each attempt by verb, kind, code and host", async () => {
    const { client, metrics, server } = await serve([
      status(503, "ServiceUnavailable", {}, { "retry-after": "0" }),
      json({}),
    ]);
    await client.get(configMapType, name);
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await metrics.value("client_go_request_total", { code: "503", method: "GET" })).toBe(1);
    expect(await metrics.value("rest_client_requests_total", { code: "200", method: "GET", host })).toBe(1);
    const labels = { verb: "GET", group: "", version: "v1", kind: "ConfigMap", subresource: "" };
    expect(await metrics.value("client_go_request_duration_seconds_count", labels)).toBe(2);
  });
});

/** Real I/O is waited for; it has no virtual time. */
async function until(condition: () => boolean): Promise<void> {
  const clock = createSystemClock();
  const deadline = clock.monotonic() + 5000;
  while (!condition()) {
    if (clock.monotonic() > deadline) throw new Error("what was waited for did not happen");
    await clock.sleep(1);
  }
}
