import type { KubeObject, PodTemplateSpec, ResourceType } from "../../api/index.ts";
import { resourceType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { KubeClient } from "../../kube/index.ts";
import { canonicalJson, safeHash } from "../stand-ins/json.ts";
import { controllerReference } from "../stand-ins/ownership.ts";

/** `apps/v1` ControllerRevision: one template that a StatefulSet or DaemonSet has had. */
export interface ControllerRevision extends KubeObject {
  readonly data?: { readonly spec: { readonly template: PodTemplateSpec } };
  readonly revision: number;
}

export const controllerRevisionType: ResourceType<ControllerRevision> = resourceType(
  "apps/v1",
  "ControllerRevision",
  "controllerrevisions",
  "Namespaced",
);

/** Label of a pod that names the revision it was made from. */
export const revisionHashLabel = "controller-revision-hash";

export const revisionHash = (template: PodTemplateSpec): string => safeHash(canonicalJson(template));

export const revisionName = (owner: KubeObject, template: PodTemplateSpec): string =>
  `${owner.metadata.name ?? ""}-${revisionHash(template)}`;

/** Templates by revision name, kept on the server so that a restart does not forget what older pods were made from. */
export interface RevisionHistory {
  /** Stores the owner's current template if it is new. */
  note(owner: KubeObject, template: PodTemplateSpec, signal: AbortSignal): Promise<void>;
  template(owner: KubeObject, name: string, signal: AbortSignal): Promise<PodTemplateSpec | undefined>;
}

export function createRevisionHistory(kube: KubeClient): RevisionHistory {
  const known = new Map<string, PodTemplateSpec>();
  let isServed: boolean | undefined;
  const keyOf = (owner: KubeObject, name: string): string => `${owner.metadata.uid ?? ""}/${name}`;
  const latest = new Map<string, number>();

  const newestRevision = async (owner: KubeObject, signal: AbortSignal): Promise<number> => {
    const { namespace = "", uid = "" } = owner.metadata;
    const noted = latest.get(uid);
    if (noted !== undefined) return noted;
    const { items } = await kube.list(controllerRevisionType, { namespace, signal });
    const own = items.filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid));
    return Math.max(0, ...own.map(({ revision }) => revision));
  };

  return {
    async note(owner, template, signal) {
      const name = revisionName(owner, template);
      if (known.has(keyOf(owner, name))) return;
      isServed ??= await kube.isServed(controllerRevisionType, { signal });
      if (isServed) {
        const revision = (await newestRevision(owner, signal)) + 1;
        const { namespace = "", uid = "" } = owner.metadata;
        const labels = { ...template.metadata?.labels, [revisionHashLabel]: revisionHash(template) };
        try {
          await kube.create(
            controllerRevisionType,
            {
              apiVersion: "apps/v1",
              kind: "ControllerRevision",
              metadata: { name, namespace, labels, ownerReferences: [controllerReference(owner)] },
              data: { spec: { template } },
              revision,
            },
            { signal },
          );
          latest.set(uid, revision);
        } catch (error) {
          if (!isKubeFault(error, "AlreadyExists")) throw error;
        }
      }
      known.set(keyOf(owner, name), template);
    },
    async template(owner, name, signal) {
      const noted = known.get(keyOf(owner, name));
      if (noted !== undefined || isServed === false) return noted;
      try {
        const namespace = owner.metadata.namespace ?? "";
        const { data } = await kube.get(controllerRevisionType, { name, namespace }, { signal });
        if (data !== undefined) known.set(keyOf(owner, name), data.spec.template);
        return data?.spec.template;
      } catch (error) {
        if (isKubeFault(error, "NotFound")) return undefined;
        throw error;
      }
    },
  };
}
