/** The project's manifests of the era, which follow the founding document's own (spec: v1alpha5 5.7, 5). */
import { expect, test } from "vitest";
import {
  admissionCauses,
  type AWSNodeTemplate,
  type ConfigMap,
  nodeTemplateErrors,
  type Provisioner,
  provisionerErrors,
} from "../../src/api/index.ts";
import { parseSettings } from "../../src/legacy/index.ts";
import { sample } from "./era-cluster.ts";

const objects = sample("pools.yaml");

test("[R45] [R47] invariant 5: every Provisioner of the founding document is admitted, by schema and by the old checks", () => {
  const provisioners = objects.filter(({ kind }) => kind === "Provisioner") as readonly Provisioner[];
  expect(provisioners.map(({ metadata }) => metadata.name)).toEqual(["gpu", "generalcompute"]);
  expect(provisioners.flatMap((provisioner) => admissionCauses(provisioner))).toEqual([]);
  expect(provisioners.flatMap((provisioner) => provisionerErrors(provisioner))).toEqual([]);
});

test("their template is admitted", () => {
  const templates = objects.filter(({ kind }) => kind === "AWSNodeTemplate") as readonly AWSNodeTemplate[];
  expect(templates).toHaveLength(1);
  expect(templates.flatMap((template) => [...admissionCauses(template), ...nodeTemplateErrors(template)])).toEqual([]);
});

test("[R26] their settings map is read, the queue under the founding document's key", () => {
  const [map] = sample("settings.yaml") as readonly ConfigMap[];
  const parsed = parseSettings(map?.data ?? {});
  expect(parsed).toMatchObject({ ok: true, value: { settings: { interruptionQueue: "karpenter-ts" }, warnings: [] } });
});
