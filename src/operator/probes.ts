import { readFile } from "node:fs/promises";
import { decisionLine } from "./decision-file.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { MetricsRegistry } from "../platform/index.ts";
import { bringsToken, type HttpAnswer, type HttpRoute } from "../server/index.ts";

/** One condition of readiness; undefined when it holds, else why not. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<string | undefined>;
}

const text = (status: number, body: string): HttpAnswer => ({ status, contentType: "text/plain", body: `${body}\n` });

/**
 * `/healthz`: the process answers. `/readyz`: all checks hold; `/readyz/<check>` asks one, `?verbose` lists them,
 * `?exclude=<check>` leaves one out (spec: operations 3.5). The same for a leader and a follower.
 */
export function createProbeRoute(checks: readonly ReadinessCheck[]): HttpRoute {
  return async (path, query = new URLSearchParams()) => {
    if (path === "/healthz") return text(200, "ok");
    const wanted = checks.filter(({ name }) => path === "/readyz" || path === `/readyz/${name}`);
    if (wanted.length === 0) return undefined;
    const excluded = new Set(query.getAll("exclude"));
    return judge(
      wanted.filter(({ name }) => !excluded.has(name)),
      query.has("verbose"),
    );
  };
}

async function judge(checks: readonly ReadinessCheck[], verbose: boolean): Promise<HttpAnswer> {
  const results = await Promise.all(checks.map(async (one) => ({ name: one.name, problem: await one.check() })));
  const ready = results.every(({ problem }) => problem === undefined);
  if (ready && !verbose) return text(200, "ok");
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+]${name} ok` : `[-]${name} ${problem}`));
  return text(ready ? 200 : 500, [...lines, ready ? "readyz check passed" : "readyz check failed"].join("\n"));
}

/** `/metrics` in Prometheus text, `/decisions` as one JSON object a line, newest last. */
export function createMetricsRoute(metrics: MetricsRegistry, decisions: DecisionLog): HttpRoute {
  return async (path) => {
    if (path === "/metrics") {
      return { status: 200, contentType: "text/plain; version=0.0.4", body: await metrics.expose() };
    }
    if (path !== "/decisions") return undefined;
    return { status: 200, contentType: "application/x-ndjson", body: decisions.list().map(decisionLine).join("") };
  };
}

/** The first of these routes that has an answer. */
export const firstOf =
  (...routes: readonly HttpRoute[]): HttpRoute =>
  async (...request) => {
    for (const route of routes) {
      const answer = await route(...request);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };

/**
 * Lets through who brings the token in the file, as `Authorization: Bearer TOKEN`. The file is read at each request, so that
 * a token can be changed without a restart; a file that cannot be read lets nobody through.
 */
export function withToken(file: string, route: HttpRoute): HttpRoute {
  if (file === "") return route;
  const refuse = (status: number, why: string): HttpAnswer => text(status, why);
  return async (path, query, authorization) => {
    const token = await readFile(file, "utf8").then(
      (content) => content.trim(),
      () => undefined,
    );
    if (token === undefined || token === "") return refuse(503, "the file of --metrics-token-file cannot be read");
    if (!bringsToken(authorization, token)) return refuse(401, "a bearer token is asked for here");
    return route(path, query, authorization);
  };
}
