import type { Container, ContainerStatus, Pod } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { isAbout, subjectOf } from "../facts/cluster-life.ts";
import { ownerOf } from "../facts/controller-pods.ts";
import type { Facts, Typed } from "../facts/facts.ts";
import { groupedByHour } from "../facts/log-lines.ts";
import { nameText, objectNameOf, placeOf, textPlace } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const oomPacked: Rule = {
  id: "KBP524",
  name: "oom-packed",
  severity: "error",
  requirements: ["R79", "R84"],
  needs: [],
  document: {
    what: "On a pool that consolidates a container whose memory limit is above its request, or missing, was killed for want of memory, or a node that ran out of memory evicted pods.",
    why: "The node was packed by requests, and its pods used more at once.",
    fix: "Set requests equal to limits for memory.",
  },
  check(facts): Verdict {
    if (!facts.has.has("cluster") && !facts.has.has("logs"))
      return { notChecked: "needs a cluster (--cluster), a dump of one (--dump) or a log export (--logs)" };
    if (facts.pools.length === 0) return facts.has.has("cluster") ? undefined : { notChecked: "needs pools (-f)" };
    return [...killedContainers(facts), ...evictedPods(facts), ...toldByLogs(facts)];
  },
};

/** Nodes of pools that consolidate, by name. */
const packedNodes = (facts: Facts): ReadonlySet<string> => {
  const packed = new Set(facts.pools.filter(({ consolidates }) => consolidates).map(({ name }) => name));
  return new Set(
    facts.nodes.filter((node) => packed.has(ownerOf(node) ?? "")).map(({ object }) => object.metadata.name ?? ""),
  );
};

function killedContainers(facts: Facts): readonly Problem[] {
  const nodes = packedNodes(facts);
  return facts.pods.filter(({ object }) => nodes.has(object.spec.nodeName ?? "")).flatMap(killedIn);
}

function killedIn(pod: Typed<Pod>): readonly Problem[] {
  const { spec, status, metadata } = pod.object;
  const statuses = [
    ...(status?.containerStatuses ?? []).map((each) => ({ ...each, field: "containers" as const })),
    ...(status?.initContainerStatuses ?? []).map((each) => ({ ...each, field: "initContainers" as const })),
  ];
  return statuses.filter(wasKilled).flatMap(({ name, field }) => {
    const list = spec[field] ?? [];
    const index = list.findIndex((container) => container.name === name);
    const container = list[index];
    if (container === undefined || isExact(container)) return [];
    return {
      place: placeOf(pod, ["spec", field, index, "resources"]),
      message: `${name} of ${metadata.name ?? ""} was OOM-killed on ${spec.nodeName ?? ""}`,
      evidence: memoryText(container),
    };
  });
}

const memoryText = ({ resources: { requests, limits } = {} }: Container): string =>
  `memory request ${requests?.["memory"] ?? "none"}, limit ${limits?.["memory"] ?? "none"}`;

const wasKilled = ({ state, lastState }: ContainerStatus): boolean =>
  [state, lastState].some((each) => {
    const ended = each?.["terminated"];
    return typeof ended === "object" && ended !== null && "reason" in ended && ended.reason === "OOMKilled";
  });

/** A container that got all it may have was not let down by its neighbours. */
function isExact({ resources }: Container): boolean {
  const [request, limit] = [resources?.requests?.["memory"], resources?.limits?.["memory"]];
  if (limit === undefined) return false;
  const [asked, most] = [parseAmount("memory", request ?? limit), parseAmount("memory", limit)];
  return asked.ok && most.ok && asked.value >= most.value;
}

/** What the kubelet writes when it evicts for memory; for disk or process numbers it names those. */
const memoryPressure = /node was low on resource: memory/i;

/** The pod itself where it is still there, else its event. */
function evictedPods(facts: Facts): readonly Problem[] {
  const nodes = packedNodes(facts);
  const pods = facts.pods.filter(
    ({ object: { spec, status } }) =>
      status?.reason === "Evicted" && memoryPressure.test(status.message ?? "") && nodes.has(spec.nodeName ?? ""),
  );
  const events = facts.events.filter(
    ({ object }) =>
      object.reason === "Evicted" &&
      memoryPressure.test(object.message ?? "") &&
      nodes.has(object.source?.host ?? "") &&
      !pods.some((pod) => isAbout(object, pod.object)),
  );
  return [
    ...pods.map((pod) =>
      evicted(pod, nameText(objectNameOf(pod)), pod.object.spec.nodeName, pod.object.status?.message),
    ),
    ...events.map((event) => {
      const { source, message } = event.object;
      const about = subjectOf(event.object);
      return evicted(
        event,
        `${about.kind ?? "Pod"} ${about.namespace ?? "default"}/${about.name ?? ""}`,
        source?.host,
        message,
      );
    }),
  ];
}

const evicted = (entry: ManifestObject, title: string, node = "", evidence = ""): Problem => ({
  place: placeOf(entry),
  message: `${title} was evicted from ${node}, which ran out of memory`,
  evidence,
});

/** A log export names no pool: it is told only where every pool consolidates. */
function toldByLogs({ logs, pools }: Facts): readonly Problem[] {
  if (!pools.every(({ consolidates }) => consolidates)) return [];
  const lines = logs.filter(({ text }) => memoryPressure.test(text));
  return groupedByHour(lines, () => "").map(({ first, count }) => ({
    place: textPlace("Log", first.file, first.line),
    message: "A node ran out of memory and evicted pods",
    evidence: `${count} ${count === 1 ? "line" : "lines"} within the hour${first.time === undefined ? "" : ` from ${first.time}`}`,
  }));
}
