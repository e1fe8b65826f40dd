/** An embedded cluster that holds objects of the v1alpha5 era, and no pool of today unless a test adds one. */
import { readFileSync } from "node:fs";
import {
  type AWSNodeTemplate,
  awsNodeTemplateType,
  deploymentType,
  ec2NodeClassType,
  type KubeObject,
  type Machine,
  machineType,
  nodePoolType,
  type Node,
  nodeType,
  type Pod,
  podType,
  type Provisioner,
  type ProvisionerSpec,
  provisionerType,
  type ResourceType,
} from "../../src/api/index.ts";
import { parseManifests } from "../../src/manifests/index.ts";
import {
  deployment,
  type EmbeddedCluster,
  embeddedCluster,
  type EmbeddedOptions,
} from "../controllers/embedded-cluster.ts";

export const template = (spec: AWSNodeTemplate["spec"] = {}, name = "default"): AWSNodeTemplate => ({
  apiVersion: "karpenter.k8s.aws/v1alpha1",
  kind: "AWSNodeTemplate",
  metadata: { name },
  spec: {
    amiFamily: "Bottlerocket",
    subnetSelector: { "karpenter.sh/discovery": "karpenter-ts" },
    securityGroupSelector: { "karpenter.sh/discovery": "karpenter-ts" },
    instanceProfile: "nodes",
    ...spec,
  },
});

export const provisioner = (name: string, spec: ProvisionerSpec = {}): Provisioner => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name },
  spec,
});

export const typesOnly = (...values: readonly string[]): Pick<ProvisionerSpec, "requirements"> => ({
  requirements: [{ key: "node.kubernetes.io/instance-type", operator: "In", values }],
});

export interface EraCluster extends EmbeddedCluster {
  apply(...objects: readonly KubeObject[]): Promise<void>;
  /** Makes a Deployment whose pods have this spec beside their container. */
  run(name: string, replicas: number, pod?: Partial<Pod["spec"]>, requests?: Requests): Promise<void>;
  running(): Promise<readonly Pod[]>;
  provisioner(name: string): Promise<Provisioner>;
  machines(): Promise<readonly Machine[]>;
  nodes(): Promise<readonly Node[]>;
}

interface Requests {
  readonly cpu: string;
  readonly memory: string;
}

const types: readonly ResourceType[] = [provisionerType, awsNodeTemplateType, nodePoolType, ec2NodeClassType, podType];

/** `keepPools`: the NodePool and EC2NodeClass of the fixture stay. */
export async function eraCluster(setup: EmbeddedOptions & { readonly keepPools?: boolean } = {}): Promise<EraCluster> {
  const cluster = await embeddedCluster({ families: ["m5", "c5", "p3"], ...setup });
  const { kube } = cluster;
  if (setup.keepPools !== true) {
    await kube.delete(nodePoolType, { name: "default" });
    await kube.delete(ec2NodeClassType, { name: "default" });
  }
  const apply: EraCluster["apply"] = async (...objects) => {
    for (const object of objects) {
      const type = types.find(({ kind }) => kind === object.kind);
      if (type === undefined) throw new Error(`no type for ${object.kind}`);
      await kube.create(type, object);
    }
    await cluster.clock.advance(2_000);
  };
  return {
    ...cluster,
    get operator() {
      return cluster.operator;
    },
    get metrics() {
      return cluster.metrics;
    },
    get calls() {
      return cluster.calls;
    },
    get died() {
      return cluster.died;
    },
    apply,
    run: async (name, replicas, pod = {}, requests = { cpu: "500m", memory: "512Mi" }) => {
      const made = deployment(name, replicas, requests);
      const { spec } = made.spec.template;
      const merged = { ...made.spec.template, spec: { ...spec, ...pod } };
      await kube.create(deploymentType, { ...made, spec: { ...made.spec, template: merged } });
    },
    running: async () => (await cluster.list(podType)).filter(({ status }) => status?.phase === "Running"),
    provisioner: (name) => kube.get(provisionerType, { name }),
    machines: () => cluster.list(machineType),
    nodes: () => cluster.list(nodeType),
  };
}

/** The project's sample manifests of the era. */
export const sample = (file: string): readonly KubeObject[] =>
  parseManifests(file, readFileSync(new URL(`../../samples/v1alpha5/${file}`, import.meta.url), "utf8")).objects.map(
    ({ object }) => object,
  );
