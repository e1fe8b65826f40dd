/**
 * What any API server must do that the product is to run on: the same cases for the embedded server, in process and
 * over HTTPS, and for a real kube-apiserver, whose behaviour they describe.
 */
import { afterAll, beforeAll, describe, it } from "vitest";
import { customResourceDefinitionType, namespaceType, resourceType } from "../../api/index.ts";
import { createIds, createSystemClock, createSystemRandom, type Clock } from "../../platform/index.ts";
import type { KubeClient } from "../client.ts";
import { isKubeFault } from "../fault.ts";
import { customResourceCases } from "./custom-resources.ts";
import { deletionCases } from "./deletion.ts";
import { type CaseContext, type ConformanceCase, type ConformanceServer, eventually } from "./context.ts";
import { listCases } from "./lists.ts";
import { namespaceCases } from "./namespaces.ts";
import { objectCases } from "./objects.ts";
import { applyCases, patchCases } from "./patches.ts";
import { evictionCases, podCases } from "./pods.ts";
import { watchCases } from "./watches.ts";
import { widgetDefinition, widgetType } from "./widget.ts";

export type { ConformanceServer } from "./context.ts";

export interface ConformanceOptions {
  /** Names the implementation in the titles. */
  readonly name: string;
  /** Called once; the server may hold other objects, but nobody else may change those that the suite makes. */
  readonly makeServer: () => Promise<ConformanceServer>;
  /** Title of a case to the reason why this implementation cannot pass it; at most 5 % of the cases. */
  readonly skips?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

const groups: readonly (readonly [name: string, cases: readonly ConformanceCase[]])[] = [
  ["objects", objectCases],
  ["lists", listCases],
  ["watches", watchCases],
  ["patches", patchCases],
  ["server-side apply", applyCases],
  ["deletion", deletionCases],
  ["custom resources", customResourceCases],
  ["pods", podCases],
  ["evictions", evictionCases],
  ["namespaces", namespaceCases],
];

const mostSkipped = 0.05;

/** Registers the whole suite with vitest. */
export function kubeConformance(options: ConformanceOptions): void {
  const { name, makeServer, skips = {}, clock = createSystemClock() } = options;
  checkSkips(skips);
  describe(`${name} behaves like kube-apiserver`, () => {
    const running: { server?: ConformanceServer } = {};
    const ids = createIds(createSystemRandom());
    beforeAll(async () => {
      running.server = await makeServer();
      await installWidgets(running.server.client, clock);
    }, 60_000);
    afterAll(() => running.server?.close?.());
    const register = ({ title, run }: ConformanceCase): void => {
      const reason = skips[title];
      if (reason !== undefined) return it.skip(`${title} (skipped: ${reason})`, () => undefined);
      it(title, async () => {
        const { server } = running;
        if (server === undefined) throw new Error("the server under test did not start");
        await run(await prepare(server, clock, ids.suffix(8)));
      });
    };
    for (const [group, cases] of groups) describe(group, () => cases.forEach(register));
  });
}

function checkSkips(skips: Readonly<Record<string, string>>): void {
  const titles = groups.flatMap(([, cases]) => cases.map(({ title }) => title));
  const unknown = Object.keys(skips).filter((title) => !titles.includes(title));
  if (unknown.length > 0) throw new Error(`skips name cases that do not exist: ${unknown.join("; ")}`);
  if (new Set(titles).size !== titles.length) throw new Error("two cases have one title");
  const skipped = Object.keys(skips).length;
  if (skipped > titles.length * mostSkipped) {
    throw new Error(`${skipped} of ${titles.length} cases are skipped, 5 % are allowed`);
  }
}

async function installWidgets(client: KubeClient, clock: Clock): Promise<void> {
  await ignoring("AlreadyExists", client.create(customResourceDefinitionType, widgetDefinition()));
  await eventually(
    "serving of the widgets",
    async () => ((await client.isServed(widgetType)) ? true : undefined),
    clock,
  );
}

const serviceAccountType = resourceType("v1", "ServiceAccount", "serviceaccounts", "Namespaced");

/** A namespace of its own for each case, with the service account that pods need where the server asks for one. */
async function prepare(server: ConformanceServer, clock: Clock, suffix: string): Promise<CaseContext> {
  const { client } = server;
  const namespace = `case-${suffix}`;
  await client.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  if (await client.isServed(serviceAccountType)) {
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
    await ignoring("AlreadyExists", client.create(serviceAccountType, account));
  }
  return { client, server, clock, namespace, unique: (stem) => `${stem}-${suffix}`, widgets: widgetType };
}

async function ignoring(reason: "AlreadyExists", call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isKubeFault(error, reason)) throw error;
  }
}
