/** Manifests of the list: small, and such that what a cluster makes of them does not hang on chance. */
import type { KubeObject } from "../../src/api/index.ts";
import { type MachineRole, roleKey } from "./machines.ts";

type Body = Readonly<Record<string, unknown>>;

export const manifest = (
  apiVersion: string,
  kind: string,
  name: string,
  { metadata, ...body }: Body & { readonly metadata?: Body } = {},
): KubeObject => ({ apiVersion, kind, metadata: { name, ...metadata }, ...body });

/** Pods go to the general machine, or to the one whose taint they tolerate. */
export const placedOn = (role: MachineRole): Body => ({
  nodeSelector: { [roleKey]: role },
  ...(role === "general" ? {} : { tolerations: [{ key: roleKey, operator: "Exists" }] }),
});

const container = { name: "app", image: "registry.example.com/app:1", resources: { requests: { cpu: "100m" } } };

export const podSpec = (change: Body = {}): Body => ({
  containers: [container],
  terminationGracePeriodSeconds: 1,
  ...placedOn("general"),
  ...change,
});

export const pod = (name: string, spec: Body = {}, metadata: Body = {}): KubeObject =>
  manifest("v1", "Pod", name, { metadata: { labels: { app: name }, ...metadata }, spec: podSpec(spec) });

interface WorkloadChange {
  readonly spec?: Body;
  readonly pod?: Body;
  readonly metadata?: Body;
}

const workload = (kind: string, name: string, change: WorkloadChange, spec: Body): KubeObject =>
  manifest("apps/v1", kind, name, {
    ...(change.metadata === undefined ? {} : { metadata: change.metadata }),
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(change.pod) },
      ...spec,
      ...change.spec,
    },
  });

export const deployment = (name: string, replicas = 2, change: WorkloadChange = {}): KubeObject =>
  workload("Deployment", name, change, { replicas });

export const statefulSet = (name: string, replicas = 2, change: WorkloadChange = {}): KubeObject =>
  workload("StatefulSet", name, change, { replicas, serviceName: name });

export const daemonSet = (name: string, change: WorkloadChange = {}): KubeObject =>
  workload("DaemonSet", name, change, {});

export const configMap = (name: string, data: Body = { key: "value" }, metadata: Body = {}): KubeObject =>
  manifest("v1", "ConfigMap", name, { metadata, data });

export const budget = (name: string, app: string, spec: Body): KubeObject =>
  manifest("policy/v1", "PodDisruptionBudget", name, { spec: { selector: { matchLabels: { app } }, ...spec } });

export const nodePool = (name: string, spec: Body = {}): KubeObject =>
  manifest("karpenter.sh/v1", "NodePool", name, {
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64"] }],
        },
      },
      limits: { cpu: "100" },
      ...spec,
    },
  });
