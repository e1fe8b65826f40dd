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
  /** Stores the owner's current template if it is new; one that comes back, by a rollback, becomes the newest. */
  note(owner: KubeObject, template: PodTemplateSpec, signal: AbortSignal): Promise<void>;
  template(owner: KubeObject, name: string, signal: AbortSignal): Promise<PodTemplateSpec | undefined>;
}

export function createRevisionHistory(kube: KubeClient): RevisionHistory {
  const known = new Map<string, PodTemplateSpec>();
  let isServed: boolean | undefined;
  const keyOf = (owner: KubeObject, name: string): string => `${owner.metadata.uid ?? ""}/${name}`;
  const current = new Map<string, string>();

  const { newest, noteNewest, renew } = createRevisionNumbers(kube);

  return {
    async note(owner, template, signal) {
      const name = revisionName(owner, template);
      const { namespace = "", uid = "" } = owner.metadata;
      if (current.get(uid) === name) return;
      isServed ??= await kube.isServed(controllerRevisionType, { signal });
      if (isServed) {
        const revision = (await newest(owner, signal)) + 1;
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
          noteNewest(uid, revision);
        } catch (error) {
          if (!isKubeFault(error, "AlreadyExists")) throw error;
          await renew({ name, namespace }, { uid, revision }, signal);
        }
      }
      current.set(uid, name);
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

/** Which number the newest template of each owner has. */
function createRevisionNumbers(kube: KubeClient) {
  const latest = new Map<string, number>();
  const noteNewest = (uid: string, revision: number): void => void latest.set(uid, revision);

  const newest = async (owner: KubeObject, signal: AbortSignal): Promise<number> => {
    const { namespace = "", uid = "" } = owner.metadata;
    const noted = latest.get(uid);
    if (noted !== undefined) return noted;
    const { items } = await kube.list(controllerRevisionType, { namespace, signal });
    const own = items.filter(({ metadata }) => metadata.ownerReferences?.some((reference) => reference.uid === uid));
    return Math.max(0, ...own.map(({ revision }) => revision));
  };

  const renew = async (
    name: { readonly name: string; readonly namespace: string },
    next: { readonly uid: string; readonly revision: number },
    signal: AbortSignal,
  ): Promise<void> => {
    const { revision } = await kube.get(controllerRevisionType, name, { signal });
    if (revision === next.revision - 1) return;
    await kube.patch(controllerRevisionType, name, { type: "merge", body: { revision: next.revision }, signal });
    latest.set(next.uid, next.revision);
  };

  return { newest, noteNewest, renew };
}
