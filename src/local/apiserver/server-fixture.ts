/** Builders for tests of the API server. */
import type { Deployment, Pod } from "../../api/index.ts";
import { createIds, createManualClock, createSeededRandom, type ManualClock } from "../../platform/index.ts";
import { createApiServer, type ApiServer } from "./server.ts";
import type { InProcessClient } from "./in-process-client.ts";

export interface Fixture {
  readonly server: ApiServer;
  readonly client: InProcessClient;
  readonly clock: ManualClock;
}

export const startTime = Date.parse("2026-11-01T10:00:00Z");

export function apiServerFixture(options: { readonly historySize?: number } = {}): Fixture {
  const clock = createManualClock({ start: startTime });
  const server = createApiServer({ clock, ids: createIds(createSeededRandom(7)), ...options });
  return { server, clock, client: server.client() };
}

export function pod(name: string, change: Partial<Pod["spec"]> = {}, metadata: Pod["metadata"] = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...metadata },
    spec: { containers: [{ name: "app", image: "app:1" }], ...change },
  };
}

export function deployment(name: string, replicas = 1): Deployment {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod("x").spec } },
  };
}
