/** Annotations and other names of the v1alpha5 era (spec: v1alpha5 4.10 and 4.11). */

export const eraGroupVersion = "karpenter.sh/v1alpha5";

export const eraAnnotations = Object.freeze({
  /** On pods, exactly `true`: no voluntary disruption of the node; draining evicts the pod like any other (D9). */
  doNotEvict: "karpenter.sh/do-not-evict",
  /** On nodes, exactly `true`: no consolidation; expiry, drift and the empty TTL go on. */
  doNotConsolidate: "karpenter.sh/do-not-consolidate",
  provisionerHash: "karpenter.sh/provisioner-hash",
  provisionerHashVersion: "karpenter.sh/provisioner-hash-version",
  nodeTemplateHash: "karpenter.k8s.aws/nodetemplate-hash",
  nodeTemplateHashVersion: "karpenter.k8s.aws/nodetemplate-hash-version",
  emptinessTimestamp: "karpenter.sh/emptiness-timestamp",
  /** On the view of a class only: the unmanaged launch template that CreateFleet must name (D4). */
  launchTemplate: "compatibility.karpenter.k8s.aws/launch-template",
  /** On the view of a class only, `false`: its types report no `vpc.amazonaws.com/pod-eni` (3.1, `aws.enablePodENI`). */
  podEni: "compatibility.karpenter.k8s.aws/pod-eni",
  /**
   * On the view of a class only, `true`: its selectors mean what they meant. Ids hold together with tags, and tags of images
   * that are well-known labels say which machines they are for (2.4).
   */
  nativeSelectors: "compatibility.karpenter.k8s.aws/native-selectors",
  /** Provider id of adopted capacity. */
  linked: "karpenter.sh/linked",
  /** Inline provider of the Provisioner, as JSON, so that a claim stays resolvable when the Provisioner changes. */
  provider: "compatibility.karpenter.sh/provider",
  /** `Provisioner/NAME` on a NodeClaim that stands for a Machine where Machines are not served. */
  owner: "compatibility.karpenter.sh/owner",
});

/** Tags of the era on cloud resources (v1alpha5 2.7). */
export const eraTags = Object.freeze({
  provisionerName: "karpenter.sh/provisioner-name",
  managedBy: "karpenter.sh/managed-by",
});

/** Families that an AWSNodeTemplate may name. */
export const eraAmiFamilies = ["AL2", "Bottlerocket", "Ubuntu", "Custom", "Windows2019", "Windows2022"] as const;
