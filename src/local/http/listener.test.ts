import { request } from "node:https";
import { describe, expect, onTestFinished, test } from "vitest";
import { createIds, createSeededRandom, createSystemClock } from "../../platform/index.ts";
import { createApiServer } from "../apiserver/server.ts";
import type { Listening } from "./listener.ts";

async function listening(): Promise<Listening> {
  const server = createApiServer({ clock: createSystemClock(), ids: createIds(createSeededRandom(5)) });
  onTestFinished(() => server.close());
  const opened = await server.listen();
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

function call(
  to: Listening,
  path: string,
  options: { readonly token?: string; readonly accept?: string } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...(options.accept === undefined ? {} : { accept: options.accept }),
  };
  const sent = request(`${to.url}${path}`, { ca: to.certificateAuthority, headers, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => (text += chunk));
    response.on("end", () =>
      resolve({ code: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text }),
    );
  });
  sent.on("error", reject);
  sent.end();
  return promise;
}

describe("the listener", () => {
  test("answers health and version to anyone, everything else to the token", async () => {
    const to = await listening();
    expect(await call(to, "/readyz")).toMatchObject({ code: 200, text: "ok" });
    expect(JSON.parse((await call(to, "/version")).text)).toMatchObject({ major: "1" });
    const refused = await call(to, "/api/v1/pods");
    expect(refused.code).toBe(401);
    expect(JSON.parse(refused.text)).toMatchObject({ kind: "Status", reason: "Unauthorized" });
    expect(await call(to, "/api/v1/pods", { token: to.token })).toMatchObject({ code: 200 });
  });

  test("a port in use is a value that says so", async () => {
    const to = await listening();
    const second = createApiServer({ clock: createSystemClock(), ids: createIds(createSeededRandom(6)) });
    onTestFinished(() => second.close());
    const opened = await second.listen({ port: to.port });
    expect(opened).toEqual({
      ok: false,
      failure: {
        kind: "port-in-use",
        port: to.port,
        message: `port ${to.port} of 127.0.0.1 is in use by another process`,
      },
    });
  });

  test("the kubeconfig holds address, authority and token", async () => {
    const to = await listening();
    expect(to.kubeconfig()).toContain(`server: ${to.url}`);
    expect(to.kubeconfig()).toContain(`token: ${to.token}`);
    expect(to.kubeconfig()).toContain(Buffer.from(to.certificateAuthority).toString("base64").slice(0, 40));
  });

  test("forms: tables, metadata only, aggregated discovery; others are 406", async () => {
    const to = await listening();
    const { token } = to;
    const table = await call(to, "/api/v1/namespaces", {
      token,
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    });
    expect(JSON.parse(table.text)).toMatchObject({
      kind: "Table",
      rows: expect.arrayContaining([expect.objectContaining({ cells: ["default", "Active", expect.any(String)] })]),
    });
    const partial = await call(to, "/api/v1/namespaces/default", {
      token,
      accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    });
    expect(JSON.parse(partial.text)).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "default" } });
    const discovery = await call(to, "/apis", {
      token,
      accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    });
    expect(discovery.type).toContain("as=APIGroupDiscoveryList");
    expect(await call(to, "/api/v1/namespaces", { token, accept: "text/html" })).toMatchObject({ code: 406 });
  });

  test("what is not served is 404 with a Status", async () => {
    const to = await listening();
    for (const path of ["/apis/policy/v1beta1", "/apis/policy/v1beta1/poddisruptionbudgets", "/nowhere"]) {
      const answer = await call(to, path, { token: to.token });
      expect(answer.code, path).toBe(404);
      expect(JSON.parse(answer.text)).toMatchObject({ kind: "Status", reason: "NotFound" });
    }
  });
});
