import { afterEach, describe, expect, it } from "vitest";
import { createRecordingLogger } from "../platform/index.ts";
import { type HttpServer, startHttpServer } from "./index.ts";

const open: HttpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(port: number): ReturnType<typeof startHttpServer> {
  const result = await startHttpServer({
    host: "127.0.0.1",
    port,
    log: createRecordingLogger(),
    route: (path) => (path === "/here" ? { status: 200, contentType: "text/plain", body: "yes" } : undefined),
  });
  if (result.ok) open.push(result.value);
  return result;
}

describe("startHttpServer", () => {
  it("answers a known path with a strict policy, others with 404, and refuses to be written to", async () => {
    const server = await start(0);
    const url = server.ok ? server.value.url : "";
    const here = await fetch(`${url}/here?query=1`);
    expect([here.status, await here.text()]).toEqual([200, "yes"]);
    expect(here.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${url}/here`, { method: "POST" })).status).toBe(405);
  });

  it("names the port when it is busy", async () => {
    const first = await start(0);
    const port = first.ok ? Number(new URL(first.value.url).port) : 0;
    expect(await start(port)).toEqual({ ok: false, failure: { kind: "port-in-use", host: "127.0.0.1", port } });
  });
});
