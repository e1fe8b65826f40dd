/** Where the era's checks are called at admission, and the objects that say so (spec: v1alpha5 4.12, row of v0.27.1 to v0.32). */
import type { KubeObject } from "../kubernetes/meta.ts";
import { resourceType } from "../kubernetes/resource-types.ts";

export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: { readonly caBundle?: string } & Readonly<Record<string, unknown>>;
  }[];
}

export interface Secret extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export const mutatingWebhookType = resourceType<WebhookConfiguration>(
  "admissionregistration.k8s.io/v1",
  "MutatingWebhookConfiguration",
  "mutatingwebhookconfigurations",
  "Cluster",
);

export const validatingWebhookType = resourceType<WebhookConfiguration>(
  "admissionregistration.k8s.io/v1",
  "ValidatingWebhookConfiguration",
  "validatingwebhookconfigurations",
  "Cluster",
);

export const secretType = resourceType<Secret>("v1", "Secret", "secrets", "Namespaced");

/** Names of the configurations, which are also those of the webhooks in them, and the paths that they call. */
export const eraWebhooks = Object.freeze([
  {
    type: mutatingWebhookType,
    name: "defaulting.webhook.karpenter.k8s.aws",
    path: "/default/karpenter.k8s.aws",
  },
  { type: validatingWebhookType, name: "validation.webhook.karpenter.sh", path: "/validate/karpenter.sh" },
  { type: validatingWebhookType, name: "validation.webhook.karpenter.k8s.aws", path: "/validate/karpenter.k8s.aws" },
  {
    type: validatingWebhookType,
    name: "validation.webhook.config.karpenter.sh",
    path: "/validate/config.karpenter.sh",
  },
] as const);
