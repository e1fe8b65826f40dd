import type { Clock } from "../../platform/index.ts";
import { type IamClient, type InstanceProfile, ServiceError, type Tag } from "../../provider-aws/contract/index.ts";
import type { CallGate } from "./calls.ts";
import { accountId } from "./ec2-ids.ts";

export interface AccountIdentity {
  readonly client: IamClient;
  hasProfile(name: string): boolean;
}

interface Profile {
  readonly name: string;
  readonly path: string;
  readonly tags: readonly Tag[];
  readonly id: string;
  readonly createdAt: Date;
  role?: string;
}

/** IAM's codes are exceptions in JavaScript: the name has the suffix, the code has not (spec: aws 1.2). */
const iamError = (code: string, message: string, status: number): ServiceError =>
  new ServiceError(code, message, { name: `${code}Exception`, status });

/** Instance profiles. Every role, and a profile of every name, exists unless the account was given a list of its roles. */
export function createIdentity(deps: {
  readonly gate: CallGate;
  readonly roles: readonly string[] | "any";
  readonly clock: Pick<Clock, "now">;
}): AccountIdentity {
  const { gate, roles, clock } = deps;
  const profiles = new Map<string, Profile>();
  let made = 0;
  const find = (name: string): Profile => {
    const profile = profiles.get(name);
    if (profile === undefined) throw iamError("NoSuchEntity", `Instance Profile ${name} cannot be found.`, 404);
    return profile;
  };
  const client: IamClient = {
    getInstanceProfile: gate.wrap("IAM", "GetInstanceProfile", ({ InstanceProfileName: name }) => ({
      InstanceProfile: shape(find(name)),
    })),
    createInstanceProfile: gate.wrap("IAM", "CreateInstanceProfile", (input) => {
      const { InstanceProfileName: name, Path: path = "/", Tags: tags = [] } = input;
      if (profiles.has(name)) throw iamError("EntityAlreadyExists", `Instance Profile ${name} already exists.`, 409);
      made += 1;
      const id = iamId("AIPA", made);
      const profile = { name, path, tags, id, createdAt: new Date(clock.now()) };
      profiles.set(name, profile);
      return { InstanceProfile: shape(profile) };
    }),
    addRoleToInstanceProfile: gate.wrap(
      "IAM",
      "AddRoleToInstanceProfile",
      ({ InstanceProfileName: name, RoleName: role }) => {
        const profile = find(name);
        if (roles !== "any" && !roles.includes(role))
          throw iamError("NoSuchEntity", `The role with name ${role} cannot be found.`, 404);
        if (profile.role !== undefined)
          throw iamError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409);
        profile.role = role;
        return {};
      },
    ),
    removeRoleFromInstanceProfile: gate.wrap(
      "IAM",
      "RemoveRoleFromInstanceProfile",
      ({ InstanceProfileName: name }) => {
        delete find(name).role;
        return {};
      },
    ),
    deleteInstanceProfile: gate.wrap("IAM", "DeleteInstanceProfile", ({ InstanceProfileName: name }) => {
      if (find(name).role !== undefined)
        throw iamError("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.", 409);
      profiles.delete(name);
      return {};
    }),
    listInstanceProfiles: gate.wrap("IAM", "ListInstanceProfiles", ({ PathPrefix = "/" }) => ({
      InstanceProfiles: [...profiles.values()].filter(({ path }) => path.startsWith(PathPrefix)).map(shape),
      IsTruncated: false,
    })),
  };
  return { client, hasProfile: (name) => roles === "any" || profiles.has(name) };
}

/** IAM's ids are a prefix of four letters and sixteen more. */
const iamId = (prefix: string, count: number): string => `${prefix}${String(count).padStart(16, "0")}`;

/** What IAM calls required of a role, too: whoever reads it may rely on it. */
const roleShape = (RoleName: string, CreateDate: Date) => ({
  RoleName,
  RoleId: iamId("AROA", 1),
  Path: "/",
  Arn: `arn:aws:iam::${accountId}:role/${RoleName}`,
  CreateDate,
});

const shape = ({ name, path, tags, role, id, createdAt }: Profile): InstanceProfile => {
  const whole = {
    InstanceProfileName: name,
    InstanceProfileId: id,
    Path: path,
    Arn: `arn:aws:iam::${accountId}:instance-profile${path}${name}`,
    CreateDate: createdAt,
    Tags: tags,
    Roles: role === undefined ? [] : [roleShape(role, createdAt)],
  };
  return whole;
};
