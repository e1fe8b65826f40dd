import { describe, expect, test } from "vitest";
import { deploymentType } from "../../api/index.ts";
import type { Deployment } from "../../api/index.ts";
import { apiServerFixture } from "./server-fixture.ts";
import type { InProcessClient } from "./in-process-client.ts";

const web = { name: "web", namespace: "default" };

interface Part {
  readonly replicas?: number;
  readonly images?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

const config = ({ replicas, images = { app: "app:1" }, labels }: Part) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...web, ...(labels === undefined ? {} : { labels }) },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image })) },
    },
  },
});

const apply = (client: InProcessClient, fieldManager: string, part: Part, force = false): Promise<Deployment> =>
  client.patch(deploymentType, web, { type: "apply", fieldManager, force, body: config(part) });

const containers = (object: Deployment): readonly string[] =>
  object.spec.template.spec.containers.map(({ name, image }) => `${name}=${image}`);

describe("server-side apply", () => {
  test("names the field and its owner in a conflict, and force takes it", async () => {
    const { client } = apiServerFixture();
    await apply(client, "first", { replicas: 2 });
    await expect(apply(client, "second", { replicas: 3 })).rejects.toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "first": .spec.replicas',
      status: {
        details: {
          causes: [{ reason: "FieldManagerConflict", message: 'conflict with "first"', field: ".spec.replicas" }],
        },
      },
    });
    expect((await apply(client, "second", { replicas: 3 }, true)).spec.replicas).toBe(3);
    // The first manager no longer owns the field, so that its own apply conflicts now.
    await expect(apply(client, "first", { replicas: 2 })).rejects.toMatchObject({
      message: expect.stringContaining('conflict with "second"'),
    });
  });

  test("an update takes ownership without asking, and meets later applies", async () => {
    const { client } = apiServerFixture();
    await apply(client, "first", { replicas: 2 });
    await client.patch(deploymentType, web, {
      type: "merge",
      subresource: "scale",
      fieldManager: "autoscaler",
      body: { spec: { replicas: 9 } },
    });
    await expect(apply(client, "first", { replicas: 2 })).rejects.toMatchObject({
      message:
        'Apply failed with 1 conflict: conflict with "autoscaler" with subresource "scale" using apps/v1: .spec.replicas',
    });
    // Giving the field up is no conflict, and leaves it to its owner.
    expect((await apply(client, "first", {})).spec.replicas).toBe(9);
  });

  test("two managers share a list by its keys; what one gives up goes unless the other holds it", async () => {
    const { client } = apiServerFixture();
    await apply(client, "first", { images: { app: "app:1", helper: "helper:1" } });
    await apply(client, "second", { images: { app: "app:1", proxy: "proxy:1" } });
    const shared = await client.get(deploymentType, web);
    expect(containers(shared)).toEqual(["app=app:1", "helper=helper:1", "proxy=proxy:1"]);
    const reduced = await apply(client, "first", { images: { helper: "helper:2" } });
    expect(containers(reduced)).toEqual(["app=app:1", "helper=helper:2", "proxy=proxy:1"]);
    const last = await apply(client, "second", { images: { proxy: "proxy:1" } });
    expect(containers(last)).toEqual(["helper=helper:2", "proxy=proxy:1"]);
  });

  test("labels go with their owner; defaults of the server belong to nobody", async () => {
    const { client } = apiServerFixture();
    await apply(client, "first", { labels: { a: "1", b: "2" } });
    const next = await apply(client, "first", { labels: { a: "1" } });
    expect(next.metadata.labels).toEqual({ a: "1" });
    expect(JSON.stringify(next.metadata.managedFields)).not.toContain("revisionHistoryLimit");
    expect(next.spec).toMatchObject({ revisionHistoryLimit: 10, replicas: 1 });
  });

  test("records that were an update's, handed over to the applier, keep what it still applies", async () => {
    const { client } = apiServerFixture();
    await client.create(deploymentType, config({ replicas: 2, labels: { a: "1" } }), { fieldManager: "before" });
    const { metadata } = await client.get(deploymentType, web);
    const managedFields = (metadata.managedFields as readonly object[]).map((entry) => ({
      ...entry,
      manager: "first",
      operation: "Apply",
    }));
    // The way in which kubectl moves an object from client-side to server-side apply.
    await client.patch(deploymentType, web, {
      type: "json",
      body: [{ op: "replace", path: "/metadata/managedFields", value: managedFields }],
    });
    const applied = await apply(client, "first", { replicas: 2, labels: { b: "2" } });
    expect(applied.metadata.labels).toEqual({ b: "2" });
    expect(applied.spec.template.metadata?.labels).toEqual({ app: "web" });
  });

  test("an equal apply writes nothing", async () => {
    const { client, clock } = apiServerFixture();
    const first = await apply(client, "first", { replicas: 2 });
    await clock.advance(5000);
    const second = await apply(client, "first", { replicas: 2 });
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test("an object nobody recorded belongs to those before the first apply", async () => {
    const { client } = apiServerFixture();
    await client.create(deploymentType, config({ replicas: 2 }));
    await expect(apply(client, "first", { replicas: 5 })).rejects.toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using apps/v1: .spec.replicas',
    });
  });
});
