import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { inject } from "vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, type Said } from "./tools.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** An object as rendered: whatever it holds beside kind and name is for the test to know. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface Rendering {
  readonly chart?: "karpenter" | "karpenter-crd";
  readonly values?: object;
  readonly namespace?: string;
  /** What the cluster serves beside Kubernetes itself. */
  readonly apiVersions?: readonly string[];
}

/** `helm template` of a chart: its text, or why it cannot be rendered. */
export async function template(rendering: Rendering = {}): Promise<Said> {
  const { chart = "karpenter", values = {}, namespace = "karpenter", apiVersions = [] } = rendering;
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  try {
    const file = join(folder, "values.yaml");
    await writeFile(file, JSON.stringify(values));
    const served = apiVersions.flatMap((version) => ["--api-versions", version]);
    const args = [
      "template",
      chart,
      join("deploy/charts", chart),
      "--namespace",
      namespace,
      "--values",
      file,
      ...served,
    ];
    return await ask(inject("chartTools").helm, args, { cwd: root });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const objectsIn = (text: string): readonly Rendered[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);

/** The objects of a chart; rejects with what helm said when there are none. */
export async function render(rendering: Rendering = {}): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await template(rendering);
  if (code !== 0) throw new Error(stderr);
  return objectsIn(stdout);
}

export const named = { settings: { clusterName: "test" } };
export const monitoring = ["monitoring.coreos.com/v1"];

export function only(objects: readonly Rendered[], kind: string): Rendered {
  const found = objects.filter((object) => object.kind === kind);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return first;
}

export interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** The controller's container of the one Deployment. */
export function containerOf(objects: readonly Rendered[]): Container {
  const { spec } = only(objects, "Deployment") as unknown as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
  };
  const [container] = spec.template.spec.containers;
  if (container === undefined) throw new Error("the Deployment has no container");
  return container;
}

/** Variables with a fixed text. */
export const environmentOf = (objects: readonly Rendered[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    containerOf(objects).env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
