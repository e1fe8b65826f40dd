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
