/** Pools of either era with the node classes that their machines are made from. */
import {
  type AWSNodeTemplate,
  type EC2NodeClass,
  type KubeObject,
  type NodePool,
  type Provisioner,
  withDefaults,
} from "../../api/index.ts";
import { type PoolView, poolViewOf } from "../../core/index.ts";
import { classSourceOf, classViewOfProvisioner, defaultSettings, poolViewOfProvisioner } from "../../legacy/index.ts";

export interface PoolWithClass {
  readonly view: PoolView;
  /** Undefined for pools of nodes without machines (KWOKNodeClass). */
  readonly nodeClass: EC2NodeClass | undefined;
  /** The class that the pool names is not in the input, and one with defaults stands in for it. */
  readonly classMissing: boolean;
}

export function poolsOf(objects: readonly KubeObject[]): readonly PoolWithClass[] {
  const classes = named<EC2NodeClass>(objects, "EC2NodeClass");
  const templates = named<AWSNodeTemplate>(objects, "AWSNodeTemplate");
  return objects.flatMap((object): readonly PoolWithClass[] => {
    if (object.kind === "NodePool") return [ofNodePool(withDefaults(object as NodePool), classes)];
    if (object.kind === "Provisioner") return [ofProvisioner(object, templates, classes)];
    return [];
  });
}

function ofNodePool(pool: NodePool, classes: ReadonlyMap<string, EC2NodeClass>): PoolWithClass {
  const view = poolViewOf(readyUnlessTold(pool));
  const { kind, name } = view.classKey;
  if (kind === "KWOKNodeClass") return { view, nodeClass: undefined, classMissing: false };
  const nodeClass = classes.get(name);
  return { view, nodeClass: withDefaults(nodeClass ?? plainClass(name)), classMissing: nodeClass === undefined };
}

function ofProvisioner(
  provisioner: Provisioner,
  templates: ReadonlyMap<string, AWSNodeTemplate>,
  classes: ReadonlyMap<string, EC2NodeClass>,
): PoolWithClass {
  const view = poolViewOf(readyUnlessTold(poolViewOfProvisioner(provisioner)));
  const find = { template: (name: string) => templates.get(name), nodeClass: (name: string) => classes.get(name) };
  const source = classSourceOf(provisioner, find);
  return {
    view,
    nodeClass: classViewOfProvisioner(provisioner, source ?? { kind: "InlineProvider", spec: {} }, defaultSettings),
    classMissing: source === undefined,
  };
}

const plainClass = (name: string): EC2NodeClass => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name },
  spec: { amiSelectorTerms: [{ alias: "al2023@latest" }], subnetSelectorTerms: [], securityGroupSelectorTerms: [] },
});

/** Nobody has looked at a pool of a file yet; one of a cluster says itself whether it may be used. */
function readyUnlessTold(pool: NodePool): NodePool {
  if (pool.status?.conditions?.some(({ type }) => type === "Ready") === true) return pool;
  return { ...pool, status: { ...pool.status, conditions: [{ type: "Ready", status: "True" }] } };
}

const named = <T extends KubeObject>(objects: readonly KubeObject[], kind: string): ReadonlyMap<string, T> =>
  new Map(objects.filter((object) => object.kind === kind).map((object) => [object.metadata.name ?? "", object as T]));
