/** For tests: objects of clusters, as short texts. */
export const node = (name: string, labels = "", more = ""): string =>
  `---\napiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {${labels}}${more}}\nspec: {}\nstatus: {conditions: [{type: Ready, status: "True"}]}\n`;

/** `status` is a flow map's inside, as are `metadata` and `spec`. */
export const pod = (
  name: string,
  metadata: string,
  status: string,
  spec = "nodeName: n1, containers: [{name: c}]",
): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, ${metadata}}\nspec: {${spec}}\nstatus: {${status}}\n`;

export const ready = (value = "True"): string => `phase: Running, conditions: [{type: Ready, status: "${value}"}]`;

export const waiting = (since: string, spec = "containers: [{name: c}]"): string =>
  pod(
    "p",
    "namespace: shop",
    `phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, lastTransitionTime: "${since}"}]`,
    spec,
  );

export const event = (
  reason: string,
  component: string,
  more: string,
  about = "kind: Pod, namespace: shop, name: p",
): string =>
  `---\napiVersion: v1\nkind: Event\nmetadata: {name: e, namespace: shop}\ninvolvedObject: {${about}}\nreason: ${reason}\nsource: {component: ${component}}\n${more}\n`;

export const claim = (name: string, metadata: string, spec = "", status = ""): string =>
  `---\napiVersion: karpenter.sh/v1\nkind: NodeClaim\nmetadata: {name: ${name}, ${metadata}}\nspec: {${spec}}\nstatus: {${status}}\n`;

/** A Deployment of the controller, its pods' labels included. */
export const controller = (
  pod = "",
  image = "public.ecr.aws/karpenter/controller:v0.31.0",
  { replicas = 2, container = "" }: { readonly replicas?: number; readonly container?: string } = {},
): string =>
  `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: karpenter, namespace: karpenter}
spec:
  replicas: ${replicas}
  template:
    metadata: {labels: {app.kubernetes.io/name: karpenter, app: web}}
    spec:
      containers: [{name: controller, image: "${image}"${container}}]
      ${pod}
`;

export const template = (spec: string, name = "default"): string =>
  `---\napiVersion: karpenter.k8s.aws/v1alpha1\nkind: AWSNodeTemplate\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;

/** A line of the controller's console log. */
export const logLine = (time: string, text: string, level = "ERROR"): string =>
  `2026-06-01T${time}:00.000Z\t${level}\tcontroller\t${text}\n`;

/** A flow list with one requirement. */
export const only = (key: string, ...values: readonly string[]): string =>
  `[{key: ${key}, operator: In, values: [${values.join(", ")}]}]`;
