/**
 * Addresses of pools, classes and claims: kind and name, never a bare name, so that a NodePool and a Provisioner of one
 * name stay apart (spec: v1alpha5 5.6).
 */
export interface PoolKey {
  readonly kind: "NodePool" | "Provisioner";
  readonly name: string;
}

/** `kind` is the object's kind: EC2NodeClass, KWOKNodeClass, AWSNodeTemplate, InlineProvider, ... */
export interface ClassKey {
  readonly kind: string;
  readonly name: string;
}

export interface ClaimKey {
  readonly kind: "NodeClaim" | "Machine";
  readonly name: string;
}

/** Text form `Kind/name`, used as a map key and in messages. */
export type KeyText = `${string}/${string}`;

export const keyText = (key: { readonly kind: string; readonly name: string }): KeyText => `${key.kind}/${key.name}`;

/**
 * Stores, references and labels of the v1 shapes address an object of the older era by its key's text, `Provisioner/gpu`:
 * with a slash, it can be no v1 object's name. Objects of today go by their plain name.
 */
export const addressOf = (key: PoolKey | ClaimKey): string =>
  key.kind === "NodePool" || key.kind === "NodeClaim" ? key.name : keyText(key);

export function poolKeyAt(address: string): PoolKey {
  const name = nameBehind("Provisioner", address);
  return name === undefined ? { kind: "NodePool", name: address } : { kind: "Provisioner", name };
}

export function claimKeyAt(address: string): ClaimKey {
  const name = nameBehind("Machine", address);
  return name === undefined ? { kind: "NodeClaim", name: address } : { kind: "Machine", name };
}

const nameBehind = (kind: string, address: string): string | undefined =>
  address.startsWith(`${kind}/`) ? address.slice(kind.length + 1) : undefined;
