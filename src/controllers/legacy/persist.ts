import {
  annotations as todays,
  type AWSNodeTemplate,
  awsAnnotations,
  awsNodeTemplateType,
  conditionTypes,
  type EC2NodeClass,
  eraAnnotations,
  getCondition,
  type KubeObject,
  type NodePool,
  type Provisioner,
  provisionerType,
  type ResourceQuantities,
  type ResourceType,
} from "../../api/index.ts";
import { type Informer, isKubeFault, type KubeClient, mergeDiff } from "../../kube/index.ts";
import { activeOf } from "./era-views.ts";

interface Wire {
  readonly kube: KubeClient;
  readonly signal: AbortSignal | undefined;
}

/** Writes what a pool's view says back in a Provisioner's words: hash, usage, and one condition (5.6 steps 10, 13). */
export async function persistPool(view: NodePool, provisioners: Informer<Provisioner>, wire: Wire): Promise<void> {
  const name = behindSlash(view);
  const before = provisioners.store.get(name);
  if (before === undefined) return;
  const ready = getCondition(view, conditionTypes.ready);
  const resources = usage(view.status?.resources);
  const status: NonNullable<Provisioner["status"]> = {
    ...before.status,
    ...(resources === undefined ? {} : { resources }),
    ...(ready === undefined ? {} : { conditions: [activeOf(ready, view.status?.conditions ?? [])] }),
  };
  const stamp = {
    [eraAnnotations.provisionerHash]: view.metadata.annotations?.[todays.nodePoolHash],
    [eraAnnotations.provisionerHashVersion]: view.metadata.annotations?.[todays.nodePoolHashVersion],
  };
  await writeBack({ type: provisionerType, before, stamp, status }, wire);
}

/** A template's status in its own shape: subnets, groups, images (2.8). */
export async function persistTemplate(
  view: EC2NodeClass,
  templates: Informer<AWSNodeTemplate>,
  wire: Wire,
): Promise<void> {
  const [kind] = (view.metadata.name ?? "").split("/");
  const before = templates.store.get(behindSlash(view));
  // The class of a Provisioner has no object of its own: its template's view tells what was found.
  if (kind !== "AWSNodeTemplate" || before === undefined) return;
  const { subnets = [], securityGroups = [], amis = [] } = view.status ?? {};
  const status = {
    subnets: subnets.map(({ id, zone }) => ({ id, zone })),
    securityGroups,
    amis: amis.map(({ deprecated: _, ...ami }) => ami),
  };
  const stamp = {
    [eraAnnotations.nodeTemplateHash]: view.metadata.annotations?.[awsAnnotations.ec2NodeClassHash],
    [eraAnnotations.nodeTemplateHashVersion]: view.metadata.annotations?.[awsAnnotations.ec2NodeClassHashVersion],
  };
  await writeBack({ type: awsNodeTemplateType, before, stamp, status }, wire);
}

const behindSlash = ({ metadata: { name = "" } }: KubeObject): string => name.slice(name.indexOf("/") + 1);

/** The era counted no nodes, and named no resource that is not there (1.7). */
function usage(resources: ResourceQuantities | undefined): ResourceQuantities | undefined {
  if (resources === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(resources).filter(([name, amount]) => name !== "nodes" && String(amount) !== "0"),
  );
}

async function writeBack<T extends KubeObject & { readonly status?: unknown }>(
  change: {
    readonly type: ResourceType<T>;
    readonly before: T;
    readonly stamp: Readonly<Record<string, string | undefined>>;
    readonly status: object;
  },
  { kube, signal }: Wire,
): Promise<void> {
  const { type, before } = change;
  const name = { name: before.metadata.name ?? "" };
  const options = { type: "merge", ...(signal === undefined ? {} : { signal }) } as const;
  const stale = Object.entries(change.stamp).filter(
    ([key, value]) => value !== undefined && before.metadata.annotations?.[key] !== value,
  );
  const status = mergeDiff(before.status ?? {}, change.status);
  try {
    if (stale.length > 0) {
      await kube.patch(type, name, { ...options, body: { metadata: { annotations: Object.fromEntries(stale) } } });
    }
    if (status !== undefined) await kube.patch(type, name, { ...options, subresource: "status", body: { status } });
  } catch (error) {
    // Deleted meanwhile: its view goes with the watch's word.
    if (!isKubeFault(error, "NotFound")) throw error;
  }
}
