/** What marks a pod as the controller's: the chart's label, or the image (v1alpha5 6.4). */
export function isControllers(pod: {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly { readonly image?: string }[];
}): boolean {
  if (pod.labels["app.kubernetes.io/name"] === "karpenter") return true;
  return pod.containers.some(({ image = "" }) => /(?:^|\/)karpenter(?:-ts)?\/controller(?:[:@]|$)/.test(image));
}
