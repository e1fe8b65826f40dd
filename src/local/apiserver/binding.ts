/** POST pods/NAME/binding: assigns a pod to a node. */
import type { Binding, Condition, Pod } from "../../api/index.ts";
import { freezeJson, type ApiObject } from "../store/api-object.ts";
import { tableKey } from "../store/object-table.ts";
import { timestamp, type ApiCore } from "./api-core.ts";
import { conflict, invalid, notSupported, required } from "./faults.ts";
import type { Served } from "./registry.ts";
import { storedObject } from "./stored.ts";

export function bindPod(
  core: ApiCore,
  pods: Served,
  target: { readonly name: string; readonly namespace?: string | undefined },
  body: Binding,
): void {
  const causes = bindingCauses(body);
  if (causes.length > 0) throw invalid({ group: "", name: "Binding" }, target.name, causes);
  const stored = storedObject(pods, target.name, target.namespace);
  const pod = stored as unknown as Pod;
  const refusal = uidRefusal(pod, body) ?? refusalOf(pod);
  if (refusal !== undefined) throw conflict({ group: "", name: "pods/binding" }, target.name, refusal);
  const { annotations } = body.metadata;
  const labels = { ...placeLabels(core, body.target.name ?? ""), ...body.metadata.labels };
  const next = {
    ...stored,
    metadata: {
      ...stored.metadata,
      ...(annotations === undefined ? {} : { annotations: { ...stored.metadata.annotations, ...annotations } }),
      ...(Object.keys(labels).length === 0 ? {} : { labels: { ...stored.metadata.labels, ...labels } }),
    },
    spec: { ...pod.spec, nodeName: body.target.name },
    status: { ...pod.status, conditions: scheduled(pod.status?.conditions ?? [], timestamp(core.clock.now())) },
  };
  const bound = pods.definition.rules.prepareStatus?.(next) ?? next;
  pods.table.put(tableKey(target.name, stored.metadata.namespace), freezeJson(bound) as ApiObject);
}

const places = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Admission PodTopologyLabels: a pod learns the place of its node. */
function placeLabels(core: ApiCore, node: string): Readonly<Record<string, string>> {
  const { labels = {} } = core.context.find({ group: "", plural: "nodes" }, node)?.metadata ?? {};
  return Object.fromEntries(
    places.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function bindingCauses(body: Binding) {
  const kind = body.target?.kind ?? "";
  return [
    ...(kind !== "" && kind !== "Node" ? [notSupported("target.kind", kind, ["Node", "<empty>"])] : []),
    ...(body.target?.name ? [] : [required("target.name")]),
  ];
}

function uidRefusal(pod: Pod, { metadata }: Binding): string | undefined {
  if (!metadata.uid || metadata.uid === pod.metadata.uid) return undefined;
  return `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata.uid}`;
}

function refusalOf(pod: Pod): string | undefined {
  const name = pod.metadata.name ?? "";
  if (pod.metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (pod.spec.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`;
  if ((pod.spec.schedulingGates ?? []).length > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

function scheduled(conditions: readonly Condition[], now: string): readonly Condition[] {
  const others = conditions.filter(({ type }) => type !== "PodScheduled");
  const before = conditions.find(({ type }) => type === "PodScheduled");
  const since = before?.status === "True" ? before.lastTransitionTime : now;
  return [
    ...others,
    { type: "PodScheduled", status: "True", ...(since === undefined ? {} : { lastTransitionTime: since }) },
  ];
}
