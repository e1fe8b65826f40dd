import {
  awsLabels,
  cloudTags,
  clusterTagKey,
  type EC2NodeClass,
  eraAnnotations,
  isRestrictedTagAtRuntime,
  ownedTagValue,
} from "../api/index.ts";
import { failed, ok, type Result } from "../core/index.ts";
import type { Filter, Tag } from "./contract/index.ts";

/** Tags of everything that a launch makes: the class' own, overlaid by ours (spec: aws 3.8). */
export function launchTags(
  nodeClass: EC2NodeClass,
  { clusterName, poolName }: { readonly clusterName: string; readonly poolName: string },
): Result<Readonly<Record<string, string>>, { readonly message: string }> {
  const restricted = Object.keys(nodeClass.spec.tags ?? {}).filter(isRestrictedTagAtRuntime);
  if (restricted.length > 0)
    return failed({ message: `spec.tags may not set ${restricted.sort().join(", ")}: the controller owns these tags` });
  return ok({
    ...nodeClass.spec.tags,
    [clusterTagKey(clusterName)]: ownedTagValue,
    [cloudTags.nodePool]: poolName,
    [cloudTags.eksClusterName]: clusterName,
    [awsLabels.ec2NodeClass]: nodeClass.metadata.name ?? "",
  });
}

/** In order of key. */
export const tagList = (tags: Readonly<Record<string, string>>): readonly Tag[] =>
  Object.entries(tags)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));

export const tagMap = (tags: readonly Tag[] | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])));

/** Whether the selectors of a class are those of the v1alpha5 era, in which ids and tags hold together (v1alpha5 2.4). */
export const hasNativeSelectors = ({ metadata }: EC2NodeClass): boolean =>
  metadata.annotations?.[eraAnnotations.nativeSelectors] === "true";

/** All of a term at once. */
export const idAndTagFilters = (
  idFilter: string,
  { id, tags = {} }: { readonly id?: string; readonly tags?: Readonly<Record<string, string>> },
): readonly Filter[] => [...(id === undefined ? [] : [{ Name: idFilter, Values: [id] }]), ...tagFilters(tags)];

/** `tag:<key>=<value>`, or `tag-key=<key>` for `*` (spec: aws 0.2). */
export function tagFilters(tags: Readonly<Record<string, string>>): readonly Filter[] {
  return Object.entries(tags)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) =>
      value === "*" ? { Name: "tag-key", Values: [key] } : { Name: `tag:${key}`, Values: [value] },
    );
}
