/** The rule table of `api` held against the embedded server: CRDs, schemas and CEL as a user meets them. */
import { describe, expect, test } from "vitest";
import { admissionRuleCases, type Manifest, type RuleCase } from "../../api/conformance/index.ts";
import { customResourceDefinitions, customResourceDefinitionType, resourceType } from "../../api/index.ts";
import type { ResourceType, Status } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { InProcessClient } from "../apiserver/in-process-client.ts";
import { apiServerFixture } from "../apiserver/server-fixture.ts";

function typeOf(kind: string): ResourceType {
  const { spec } = customResourceDefinitions.find((crd) => crd.spec.names.kind === kind)!;
  return resourceType(`${spec.group}/${spec.versions[0]!.name}`, kind, spec.names.plural, spec.scope);
}

async function clusterWithDefinitions(): Promise<InProcessClient> {
  const { client } = apiServerFixture();
  for (const crd of customResourceDefinitions) await client.create(customResourceDefinitionType, crd);
  return client;
}

/** Sends an object as the rule says; the causes of its refusal, or none when it was accepted. */
async function causesOf(client: InProcessClient, row: RuleCase, object: Manifest): Promise<readonly Cause[]> {
  const type = typeOf(row.kind);
  const { name = "", namespace } = object.metadata;
  try {
    if (row.stored === undefined) await client.create(type, object);
    else {
      const stored = await client.get(type, { name, ...(namespace === undefined ? {} : { namespace }) });
      const { resourceVersion } = stored.metadata;
      const next = { ...object, metadata: { ...object.metadata, resourceVersion } } as Manifest;
      await client.update(type, next, row.subresource === undefined ? {} : { subresource: row.subresource });
    }
    return [];
  } catch (error) {
    if (isKubeFault(error, "Invalid")) return error.status?.details?.causes ?? [];
    throw error;
  }
}

type Cause = NonNullable<NonNullable<Status["details"]>["causes"]>[number];

describe("admission rules of the product's kinds on the embedded server", () => {
  test.each(admissionRuleCases.map((row) => [row.id, row] as const))("%s", async (_id, row) => {
    const client = await clusterWithDefinitions();
    if (row.stored !== undefined) await client.create(typeOf(row.kind), row.stored);
    expect(await causesOf(client, row, row.accepted)).toEqual([]);
    const causes = await causesOf(client, row, row.refused);
    expect(causes).toContainEqual(
      expect.objectContaining({ field: row.cause.field, message: expect.stringContaining(row.cause.message) }),
    );
  });
});
