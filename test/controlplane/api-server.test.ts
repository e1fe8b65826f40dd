/**
 * kube-apiserver alone with its store: what our client and the embedded server are held to, through our own client, and the
 * product's kinds as it sees them: definitions, defaults, and the rule table of `api`.
 */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { admissionRuleCases, type Manifest, type RuleCase } from "../../src/api/conformance/index.ts";
import {
  type Condition,
  type CustomResourceDefinition,
  customResourceDefinitions,
  customResourceDefinitionType,
  resourceType,
  type ResourceType,
  type Status,
} from "../../src/api/index.ts";
import { kubeConformance } from "../../src/kube/conformance/index.ts";
import { clientFromKubeconfig, isKubeFault, type KubeClient } from "../../src/kube/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { createSurroundings } from "./surroundings.ts";

type Cause = NonNullable<NonNullable<Status["details"]>["causes"]>[number];
type Served = CustomResourceDefinition & {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly acceptedNames?: unknown };
};

const folder = fileURLToPath(new URL("../../deploy/crds/", import.meta.url));
const around = createSurroundings();
const running: { controlPlane?: ControlPlane; close?: () => Promise<void>; client?: KubeClient } = {};

beforeAll(async () => {
  // Controllers would act on pools that are only there to be judged, and change the objects that the cases look at.
  const controlPlane = await startControlPlane({ binaries: inject("binaries"), parts: ["etcd", "kube-apiserver"] });
  running.controlPlane = controlPlane;
  const { client } = await clientFromKubeconfig({ path: controlPlane.kubeconfig }, around);
  Object.assign(running, { client, close: () => client.close() });
  for (const name of (await readdir(folder)).toSorted()) {
    const definition = parse(await readFile(`${folder}${name}`, "utf8")) as CustomResourceDefinition;
    await client.create(customResourceDefinitionType, definition);
  }
  for (const { kind } of definitions) {
    while (!(await client.isServed(typeOf(kind)))) await around.clock.sleep(50);
  }
});
afterAll(async () => {
  await running.close?.();
  await running.controlPlane?.stop();
});

const definitions = customResourceDefinitions.map((definition) => ({
  name: definition.metadata.name ?? "",
  kind: definition.spec.names.kind,
}));

function client(): KubeClient {
  if (running.client === undefined) throw new Error("the control plane did not start");
  return running.client;
}

function typeOf(kind: string): ResourceType {
  const { spec } = customResourceDefinitions.find((crd) => crd.spec.names.kind === kind)!;
  return resourceType(`${spec.group}/${spec.versions[0]!.name}`, kind, spec.names.plural, spec.scope);
}

/** Sends an object as the rule says; the causes of its refusal, or none when it was accepted. */
async function causesOf(row: RuleCase, object: Manifest): Promise<readonly Cause[]> {
  const type = typeOf(row.kind);
  const { name = "", namespace } = object.metadata;
  try {
    if (row.stored === undefined) await client().create(type, object);
    else {
      const stored = await client().get(type, { name, ...(namespace === undefined ? {} : { namespace }) });
      const { resourceVersion } = stored.metadata;
      const next = { ...object, metadata: { ...object.metadata, resourceVersion } } as Manifest;
      await client().update(type, next, row.subresource === undefined ? {} : { subresource: row.subresource });
    }
    return [];
  } catch (error) {
    if (isKubeFault(error, "Invalid")) return error.status?.details?.causes ?? [];
    throw error;
  }
}

describe("the definitions in deploy/crds on a real API server", () => {
  it.each(definitions)("$name is accepted, served, and structural", async ({ name }) => {
    const { status } = (await client().get(customResourceDefinitionType, { name })) as Served;
    const conditions = Object.fromEntries((status?.conditions ?? []).map(({ type, status }) => [type, status]));
    expect(conditions).toMatchObject({ Established: "True", NamesAccepted: "True" });
    // Only ever set when something is wrong with the schema.
    expect(conditions.NonStructuralSchema ?? "False").toBe("False");
  });

  it.each(definitions)("$name keeps all of its schema: nothing in it is unknown to the server", async ({ name }) => {
    const wanted = customResourceDefinitions.find(({ metadata }) => metadata.name === name)!;
    const { spec } = await client().get(customResourceDefinitionType, { name });
    const schemas = (definition: CustomResourceDefinition["spec"]) =>
      definition.versions.map((version) => version.schema);
    expect(schemas(spec)).toEqual(schemas(wanted.spec));
  });
});

describe("admission rules of the product's kinds on a real API server", () => {
  it.each(admissionRuleCases.map((row) => [row.id, row] as const))("%s", async (_id, row) => {
    if (row.stored !== undefined) await client().create(typeOf(row.kind), row.stored);
    expect(await causesOf(row, row.accepted)).toEqual([]);
    const causes = await causesOf(row, row.refused);
    expect(causes).toContainEqual(
      expect.objectContaining({
        field: row.cause.field,
        message: expect.stringContaining(row.cause.message) as string,
      }),
    );
  });
});

for (const http2 of [false, true]) {
  kubeConformance({
    name: `kube-apiserver over ${http2 ? "HTTP/2" : "HTTP/1.1"}`,
    makeServer: async () => {
      const path = running.controlPlane?.kubeconfig ?? "";
      const { client } = await clientFromKubeconfig({ path }, { ...around, http2 });
      return { client, close: () => client.close() };
    },
  });
}
