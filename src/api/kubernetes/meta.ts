/**
 * Metadata shapes that every Kubernetes object shares. Objects are raw JSON as the API server sends it: times are
 * RFC 3339 text, quantities are text or numbers, and fields unknown to these types are kept untouched.
 */

/** Text of an RFC 3339 instant, as `metav1.Time` prints it (second precision) or `metav1.MicroTime` (six digits). */
export type Timestamp = string;

/** Kubernetes quantity as it stands in JSON: `"500m"`, `"1Gi"`, `2`. Parsed by `core/quantity`. */
export type QuantityText = string | number;

/** Resource name (`cpu`, `memory`, `nvidia.com/gpu`, ...) to quantity. */
export type ResourceQuantities = Readonly<Record<string, QuantityText>>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: Timestamp;
  readonly deletionTimestamp?: Timestamp;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
}

/** Any Kubernetes object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A list as returned by a collection GET. Items are in the server's order (by key). */
export interface KubeList<T extends KubeObject = KubeObject> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly T[];
}

/** `metav1.Condition`, also used for Node, Pod and NodeClaim conditions (fields that a kind lacks are absent). */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: Timestamp;
  /** When it was written last; only Deployments say so. */
  readonly lastUpdateTime?: Timestamp;
  readonly observedGeneration?: number;
}

/** `metav1.LabelSelector`. Empty selects everything; absent selects nothing (callers decide). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

/** `metav1.Status`: the body of every API error. */
export interface Status {
  readonly apiVersion: "v1";
  readonly kind: "Status";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}
