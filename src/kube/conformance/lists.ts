import { expect } from "vitest";
import { configMapType, podType } from "../../api/index.ts";
import type { ListOptions } from "../client.ts";
import { type CaseContext, type ConformanceCase, configMap, eventually, pod, refusal } from "./context.ts";

async function createNamed(context: CaseContext, names: readonly string[]): Promise<void> {
  for (const name of names) await context.client.create(configMapType, configMap(context, name));
}

/** Names of the objects that the cases made; a control plane may put a certificate bundle beside them. */
async function listNames(context: CaseContext, options: ListOptions = {}): Promise<readonly string[]> {
  const { items } = await context.client.list(configMapType, { namespace: context.namespace, ...options });
  return items.map(({ metadata }) => metadata.name ?? "").filter((name) => name !== "kube-root-ca.crt");
}

async function createLabelled(context: CaseContext): Promise<void> {
  const labelled = { a: { app: "web", tier: "front" }, b: { app: "web" }, c: { app: "db" }, d: {} };
  for (const [name, labels] of Object.entries(labelled)) {
    await context.client.create(configMapType, configMap(context, name, { metadata: { labels } }));
  }
}

const selectors: readonly (readonly [selector: string, names: readonly string[]])[] = [
  ["app=web", ["a", "b"]],
  ["app==web,tier=front", ["a"]],
  ["app!=web", ["c", "d"]],
  ["app in (web, db)", ["a", "b", "c"]],
  ["app notin (web)", ["c", "d"]],
  ["tier", ["a"]],
  ["!tier", ["b", "c", "d"]],
  ["app,!tier", ["b", "c"]],
];

const pages = { limit: 2, labelSelector: "page" } as const;

async function createPaged(context: CaseContext, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await context.client.create(configMapType, configMap(context, name, { metadata: { labels: { page: "" } } }));
  }
}

/** Lists, pages and selectors. */
export const listCases: readonly ConformanceCase[] = [
  {
    title: "list gives the objects of a namespace in order of name, each with its kind, and a version",
    run: async (context) => {
      await createNamed(context, ["c", "a", "b"]);
      expect(await listNames(context)).toEqual(["a", "b", "c"]);
      const list = await context.client.list(configMapType, { namespace: context.namespace });
      expect(list.kind).toBe("ConfigMapList");
      expect(list.items[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
      expect(Number(list.metadata.resourceVersion)).toBeGreaterThan(0);
    },
  },
  {
    title: "list over all namespaces holds the objects of each",
    run: async (context) => {
      const labels = { suite: context.namespace };
      await context.client.create(configMapType, configMap(context, "a", { metadata: { labels } }));
      const list = await context.client.list(configMapType, { labelSelector: `suite=${context.namespace}` });
      expect(list.items.map(({ metadata }) => metadata.namespace)).toEqual([context.namespace]);
    },
  },
  {
    title: "list of an empty namespace gives an empty list, not an error",
    run: async ({ client, namespace }) => {
      expect((await client.list(podType, { namespace })).items).toEqual([]);
      expect((await client.list(podType, { namespace: `${namespace}-absent` })).items).toEqual([]);
    },
  },
  {
    title: "list at version 0 may be answered from a cache, which comes to hold what was written before",
    run: async (context) => {
      await createNamed(context, ["a"]);
      await eventually("the cache's catching up", async () => {
        const names = await listNames(context, { resourceVersion: "0" });
        return names.join() === "a" ? true : undefined;
      });
    },
  },
  {
    title: "list with a limit gives pages that together hold everything once",
    run: async (context) => {
      await createPaged(context, ["a", "b", "c", "d", "e"]);
      const seen: string[] = [];
      let token: string | undefined;
      let count = 0;
      do {
        const page = await context.client.list(configMapType, {
          namespace: context.namespace,
          ...pages,
          ...(token === undefined ? {} : { continue: token }),
        });
        seen.push(...page.items.map(({ metadata }) => metadata.name ?? ""));
        token = page.metadata.continue === "" ? undefined : page.metadata.continue;
        count += 1;
      } while (token !== undefined);
      expect(seen).toEqual(["a", "b", "c", "d", "e"]);
      expect(count).toBe(3);
    },
  },
  {
    title: "pages show the state of the first page",
    run: async (context) => {
      const { client, namespace } = context;
      await createPaged(context, ["a", "b", "d"]);
      const first = await client.list(configMapType, { namespace, ...pages });
      await createPaged(context, ["c"]);
      const { continue: token = "" } = first.metadata;
      const second = await client.list(configMapType, { namespace, ...pages, continue: token });
      expect(second.items.map(({ metadata }) => metadata.name)).toEqual(["d"]);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    },
  },
  {
    title: "a continue token that is none answers BadRequest",
    run: async ({ client, namespace }) => {
      await refusal(client.list(configMapType, { namespace, limit: 2, continue: "nonsense" }), "BadRequest", 400);
    },
  },
  {
    title: "label selectors pick by equality, sets and presence",
    run: async (context) => {
      await createLabelled(context);
      for (const [labelSelector, names] of selectors) {
        expect([labelSelector, ...(await listNames(context, { labelSelector }))]).toEqual([labelSelector, ...names]);
      }
    },
  },
  {
    title: "a label selector that does not parse answers BadRequest",
    run: async ({ client, namespace }) => {
      await refusal(client.list(configMapType, { namespace, labelSelector: "app in web" }), "BadRequest", 400);
    },
  },
  {
    title: "field selectors pick by name, for any kind",
    run: async (context) => {
      await createNamed(context, ["a", "b"]);
      expect(await listNames(context, { fieldSelector: "metadata.name=b" })).toEqual(["b"]);
      expect(await listNames(context, { fieldSelector: "metadata.name!=b" })).toEqual(["a"]);
    },
  },
  {
    title: "field selectors pick pods by node and phase",
    run: async (context) => {
      const { client, namespace } = context;
      await client.create(podType, pod(context, "bound", { spec: { nodeName: "n1" } }));
      await client.create(podType, pod(context, "free"));
      const names = async (fieldSelector: string) =>
        (await client.list(podType, { namespace, fieldSelector })).items.map(({ metadata }) => metadata.name);
      expect(await names("spec.nodeName=n1")).toEqual(["bound"]);
      expect(await names("spec.nodeName=")).toEqual(["free"]);
      expect(await names("status.phase=Pending,spec.nodeName!=n1")).toEqual(["free"]);
      expect(await names("status.phase!=Pending")).toEqual([]);
    },
  },
  {
    title: "a field that is no selector answers BadRequest",
    run: async ({ client, namespace }) => {
      await refusal(client.list(podType, { namespace, fieldSelector: "spec.hostname=a" }), "BadRequest", 400);
      await refusal(client.list(configMapType, { namespace, fieldSelector: "data.key=a" }), "BadRequest", 400);
    },
  },
];
