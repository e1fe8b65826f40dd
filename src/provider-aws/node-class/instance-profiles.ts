import {
  awsLabels,
  cloudTags,
  clusterTagKey,
  type EC2NodeClass,
  legacyInstanceProfileName,
  ownedTagValue,
} from "../../api/index.ts";
import type { Clock, Ids } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { IamClient, InstanceProfile } from "../contract/index.ts";
import { calling, hasCode, isNotFound } from "../errors/index.ts";
import { stableHash } from "../launch-templates/stable-hash.ts";
import { tagList } from "../tags.ts";

/** Instance profiles of node classes with a role (spec: aws 3.10, 7.2). */
export interface InstanceProfiles {
  /** Name of a profile that carries the class' role, made if need be. Never asks IAM for `spec.instanceProfile`. */
  ensure(nodeClass: EC2NodeClass, options: { readonly signal: AbortSignal }): Promise<string>;
  /** Removes all profiles made for the class, and one that upstream made under the name of its early days. */
  deleteAll(nodeClass: EC2NodeClass, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Deletes this cluster's profiles that are neither in use nor changed within the hour; the first failure ends it. */
  collect(inUse: ReadonlySet<string>, options: { readonly signal: AbortSignal }): Promise<readonly string[]>;
}

export interface InstanceProfilesDeps {
  readonly iam: IamClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly region: string;
  readonly clusterName: string;
}

const minute = 60_000;

/** Roles are compared by what follows the last `/` of a path. */
const roleName = (role: string): string => role.slice(role.lastIndexOf("/") + 1);

export function createInstanceProfiles(deps: InstanceProfilesDeps): InstanceProfiles {
  const { iam, clock } = deps;
  const known = createExpiringMap<string>({ clock, ttlMilliseconds: 15 * minute });
  const recent = createExpiringMap<string>({ clock, ttlMilliseconds: minute });
  const missingRoles = createExpiringMap<Error>({ clock, ttlMilliseconds: minute });
  /** A launch on its way may still name a profile that no status does. */
  const protectedNames = createExpiringMap<true>({ clock, ttlMilliseconds: 60 * minute });
  const protect = (name: string | undefined): void => {
    if (name !== undefined) protectedNames.set(name, true);
  };

  return {
    ensure: async (nodeClass, { signal }) => {
      const { instanceProfile, role = "" } = nodeClass.spec;
      const { instanceProfile: before } = nodeClass.status ?? {};
      if (instanceProfile !== undefined) {
        protect(before);
        return instanceProfile;
      }
      const wanted = roleName(role);
      const recentKey = `${wanted}/${nodeClass.metadata.uid}`;
      // A status patch that got lost must not cost another profile.
      const name = recent.get(recentKey) ?? nodeClass.status?.instanceProfile;
      if (name !== undefined && known.get(name) === wanted) return name;
      if (name !== undefined && (await attachedRole(iam, name, signal)) === wanted) {
        known.set(name, wanted);
        return name;
      }
      const refused = missingRoles.get(wanted);
      if (refused !== undefined) throw refused;
      const made = await create(deps, nodeClass, signal).catch((error: unknown) => {
        if (isNotFound((error as Error).cause ?? error)) missingRoles.set(wanted, error as Error);
        throw error;
      });
      protect(made);
      protect(before);
      recent.set(recentKey, made);
      known.set(made, wanted);
      return made;
    },
    deleteAll: async (nodeClass, { signal }) => {
      for (const profile of await listUnder(iam, pathOf(deps, nodeClass), signal)) await remove(iam, profile, signal);
      await removeLegacy(deps, nodeClass, signal);
      known.clear();
    },
    collect: async (inUse, { signal }) => {
      const removed: string[] = [];
      for (const profile of await listUnder(iam, `/karpenter/${deps.region}/${deps.clusterName}/`, signal)) {
        const { InstanceProfileName: name = "" } = profile;
        if (inUse.has(name) || protectedNames.get(name) !== undefined) continue;
        await remove(iam, profile, signal);
        known.delete(name);
        removed.push(name);
      }
      return removed;
    },
  };
}

const pathOf = ({ region, clusterName }: InstanceProfilesDeps, { metadata }: EC2NodeClass): string =>
  `/karpenter/${region}/${clusterName}/${metadata.uid}/`;

async function attachedRole(iam: IamClient, name: string, signal: AbortSignal): Promise<string | undefined> {
  return (await read(iam, name, signal))?.Roles?.[0]?.RoleName;
}

/** Undefined when there is none of that name. */
async function read(iam: IamClient, name: string, signal: AbortSignal): Promise<InstanceProfile | undefined> {
  try {
    return (await iam.getInstanceProfile({ InstanceProfileName: name }, { signal })).InstanceProfile;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    return calling("IAM", "GetInstanceProfile", { signal, call: () => Promise.reject(error as Error) });
  }
}

/** Its path is not that of the class, so no list shows it. */
async function removeLegacy(deps: InstanceProfilesDeps, { metadata }: EC2NodeClass, signal: AbortSignal) {
  const { iam, region, clusterName } = deps;
  const name = legacyInstanceProfileName({ clusterName, region, className: metadata.name ?? "" });
  const profile = name === undefined ? undefined : await read(iam, name, signal);
  if (profile !== undefined) await remove(iam, profile, signal);
}

async function create(deps: InstanceProfilesDeps, nodeClass: EC2NodeClass, signal: AbortSignal): Promise<string> {
  const { iam, region, clusterName, ids } = deps;
  const { name: className = "" } = nodeClass.metadata;
  const name = `${clusterName}_${stableHash({ region, className, id: ids.uuid() })}`;
  const tags = {
    ...nodeClass.spec.tags,
    [clusterTagKey(clusterName)]: ownedTagValue,
    [cloudTags.eksClusterName]: clusterName,
    [awsLabels.ec2NodeClass]: className,
    [cloudTags.region]: region,
  };
  await calling("IAM", "CreateInstanceProfile", {
    signal,
    call: () =>
      iam.createInstanceProfile(
        { InstanceProfileName: name, Path: pathOf(deps, nodeClass), Tags: tagList(tags) },
        { signal },
      ),
  });
  try {
    await calling("IAM", "AddRoleToInstanceProfile", {
      signal,
      call: () =>
        iam.addRoleToInstanceProfile(
          { InstanceProfileName: name, RoleName: roleName(nodeClass.spec.role ?? "") },
          { signal },
        ),
    });
  } catch (error) {
    // A profile without its role serves nobody. Should this fail too, collection finds it by its path.
    await Promise.allSettled([iam.deleteInstanceProfile({ InstanceProfileName: name }, { signal })]);
    throw error;
  }
  return name;
}

async function listUnder(iam: IamClient, PathPrefix: string, signal: AbortSignal): Promise<readonly InstanceProfile[]> {
  const profiles: InstanceProfile[] = [];
  let marker: string | undefined;
  do {
    const input = { PathPrefix, ...(marker === undefined ? {} : { Marker: marker }) };
    const page = await calling("IAM", "ListInstanceProfiles", {
      signal,
      call: () => iam.listInstanceProfiles(input, { signal }),
    });
    // Filtered again: not every IAM honours the prefix, and foreign profiles must stay (spec: aws 8.1).
    profiles.push(...(page.InstanceProfiles ?? []).filter(({ Path = "" }) => Path.startsWith(PathPrefix)));
    marker = page.IsTruncated === true ? page.Marker : undefined;
  } while (marker !== undefined);
  return profiles;
}

async function remove(iam: IamClient, profile: InstanceProfile, signal: AbortSignal): Promise<void> {
  const { InstanceProfileName: name = "", Roles = [] } = profile;
  try {
    for (const { RoleName = "" } of Roles)
      await iam.removeRoleFromInstanceProfile({ InstanceProfileName: name, RoleName }, { signal });
    await iam.deleteInstanceProfile({ InstanceProfileName: name }, { signal });
  } catch (error) {
    if (hasCode(error, "NoSuchEntity")) return;
    await calling("IAM", "DeleteInstanceProfile", { signal, call: () => Promise.reject(error as Error) });
  }
}
