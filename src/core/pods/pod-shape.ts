/**
 * What of a pod matters to where it can run, as text. Two pods of equal shape can stand for one another, but for their
 * labels and namespace, which matter only where some selector looks at them (see pod-class.ts). Priority, images,
 * environment and the like are left out.
 */
import type { Container, Pod, Toleration, Volume } from "../../api/index.ts";
import { hostPortsOf } from "./host-ports.ts";
import { podRequests } from "./requests.ts";

/**
 * Canonical: independent of the order of map keys and of how quantities are spelled, so equal for pods that schedule
 * alike. Costs some ten microseconds; `spelledShape` is the cheap key in front of it.
 */
export function podShape(pod: Pod, textOf: (part: unknown) => string = canonicalText): string {
  const { spec } = pod;
  const parts = [podRequests(pod), hostPortsOf(pod), spec.nodeSelector, spec.affinity, spec.topologySpreadConstraints];
  return parts.map(textOf).join("") + tolerationsText(spec.tolerations ?? []) + volumesShape(pod) + claimsShape(pod);
}

/** Canonical texts of parts of pods, worked out once for each spelling: many pods share theirs. */
export function createPartTexts(): (part: unknown) => string {
  const known = new Map<string, string>();
  return (part) => {
    if (part === undefined) return canonicalText(part);
    const spelling = JSON.stringify(part);
    const text = known.get(spelling) ?? canonicalText(part);
    known.set(spelling, text);
    return text;
  };
}

/**
 * As the pod spells it: equal texts mean equal shapes, but not the other way round. Built by hand because it is made for
 * every pod of a pass, while most of its parts are absent from most pods.
 */
export function spelledShape(pod: Pod): string {
  const { spec } = pod;
  let text = "";
  for (const container of spec.containers) text += containerText(container);
  if (spec.initContainers !== undefined) text += initContainersText(spec.initContainers);
  if (spec.nodeSelector !== undefined) text += `n${mapText(spec.nodeSelector)}`;
  if (spec.overhead !== undefined) text += `o${mapText(spec.overhead)}`;
  if (spec.tolerations !== undefined) text += tolerationsText(spec.tolerations);
  if (spec.affinity !== undefined) text += `a${JSON.stringify(spec.affinity)}`;
  if (spec.topologySpreadConstraints !== undefined) text += `s${JSON.stringify(spec.topologySpreadConstraints)}`;
  if (spec.resources !== undefined) text += `r${JSON.stringify(spec.resources)}`;
  if (spec.volumes !== undefined) text += volumesShape(pod);
  return text + claimsShape(pod) + resizeText(pod);
}

function initContainersText(containers: readonly Container[]): string {
  let text = "";
  for (const container of containers) text += `i${container.restartPolicy ?? ""}${containerText(container)}`;
  return text;
}

function containerText(container: Container): string {
  let text = "c";
  const requests = container.resources?.requests;
  if (requests !== undefined) text += mapText(requests);
  if (container.ports === undefined) return text;
  for (const port of container.ports) {
    if (port.hostPort === undefined || port.hostPort === 0) continue;
    text += `p${port.hostIP ?? ""}:${port.hostPort}/${port.protocol ?? ""}`;
  }
  return text;
}

/** Keys and values carry neither `=` nor `,` (labels and quantities), so the text is unambiguous. */
function mapText(map: Readonly<Record<string, string | number>>): string {
  let text = "";
  for (const key in map) text += `${key}=${map[key]},`;
  return text;
}

/** `tolerationSeconds` is left out: it says how long a pod may stay, not where it may go. */
function tolerationsText(tolerations: readonly Toleration[]): string {
  let text = "";
  for (const { key = "", operator = "", value = "", effect = "" } of tolerations) {
    text += `t${key}|${operator}|${value}|${effect}`;
  }
  return text;
}

/** Claims by name; one made for the pod alone (ephemeral) is named after the pod, so such pods are alike to no other. */
function volumesShape(pod: Pod): string {
  let text = "";
  for (const volume of pod.spec.volumes ?? []) {
    const claim = claimNameOf(pod, volume);
    if (claim !== undefined) text += `v${pod.metadata.namespace ?? ""}/${claim}`;
  }
  return text;
}

function claimsShape(pod: Pod): string {
  return (pod.spec.resourceClaims?.length ?? 0) === 0
    ? ""
    : `d${pod.metadata.namespace ?? ""}/${pod.metadata.name ?? ""}`;
}

/** Only a pod in the middle of a resize has resources in its status that differ from its spec. */
function resizeText(pod: Pod): string {
  const { status } = pod;
  const statuses = status?.containerStatuses ?? status?.initContainerStatuses;
  if (status === undefined || statuses === undefined) return "";
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  if (all.every((each) => each.resources === undefined)) return "";
  const pending = status.conditions?.find((condition) => condition.type === "PodResizePending")?.reason;
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name);
  return `z${JSON.stringify([pending, names, all.map((each) => [each.name, each.allocatedResources, each.resources])])}`;
}

/** Name of the claim behind a volume: as given, or `<pod>-<volume>` for an ephemeral one (scheduling 1.4). */
export function claimNameOf(pod: Pick<Pod, "metadata">, volume: Volume): string | undefined {
  if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName;
  return volume.ephemeral === undefined ? undefined : `${pod.metadata.name ?? ""}-${volume.name}`;
}

/** JSON with the keys of maps in sort order; `-` for what is absent. */
function canonicalText(value: unknown): string {
  if (value === undefined) return "-";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const map = value as Readonly<Record<string, unknown>>;
  let text = "{";
  for (const key of Object.keys(map).sort()) text += `${key}:${canonicalText(map[key])},`;
  return `${text}}`;
}
