import type { NodeTemplateSpec, Provisioner } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { nameText, objectNameOf, type ValuePath } from "../model/place.ts";
import type { Facts } from "./facts.ts";
import type { Pool } from "./pools.ts";

/** An unmanaged launch template (v1alpha5 2.5) and who names it. */
export interface LaunchTemplateUse {
  readonly entry: ManifestObject;
  readonly title: string;
  readonly spec: NodeTemplateSpec;
  readonly launchTemplate: string;
  /** Of the settings inside the object. */
  readonly path: ValuePath;
  readonly pools: readonly Pool[];
}

/** In templates, and inline in Provisioners. */
export function launchTemplateUses({ templates, pools }: Facts): readonly LaunchTemplateUse[] {
  const era = pools.filter((pool) => pool.era === "v1alpha5");
  const specOf = (pool: Pool) => (pool.entry.object as Provisioner).spec ?? {};
  const shared = templates.flatMap((entry) =>
    useOf(entry, {
      spec: entry.object.spec ?? {},
      path: ["spec"],
      pools: era.filter((pool) => {
        const { provider, providerRef } = specOf(pool);
        return provider === undefined && (providerRef?.name ?? "default") === entry.object.metadata.name;
      }),
    }),
  );
  const inline = era.flatMap((pool) =>
    useOf(pool.entry, { spec: specOf(pool).provider ?? {}, path: ["spec", "provider"], pools: [pool] }),
  );
  return [...shared, ...inline];
}

function useOf(
  entry: ManifestObject,
  rest: Pick<LaunchTemplateUse, "spec" | "path" | "pools">,
): readonly LaunchTemplateUse[] {
  const { launchTemplate } = rest.spec;
  return launchTemplate === undefined ? [] : [{ entry, title: nameText(objectNameOf(entry)), launchTemplate, ...rest }];
}
