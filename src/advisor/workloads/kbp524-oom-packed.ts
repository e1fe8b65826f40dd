import type { Container, ContainerStatus, Pod } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { ownerOf } from "../facts/controller-pods.ts";
import type { Facts, Typed } from "../facts/facts.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

export const oomPacked: Rule = {
  id: "KBP524",
  name: "oom-packed",
  severity: "error",
  requirements: ["R79", "R84"],
  needs: ["cluster"],
  document: {
    what: "A container whose memory limit is above its request, or missing, was killed for want of memory on a pool that consolidates.",
    why: "The node was packed by requests, and its pods used more at once.",
    fix: "Set requests equal to limits for memory.",
  },
  check: (facts) => overEach(facts.pods, (pod) => judge(facts, pod)),
};

function judge(facts: Facts, pod: Typed<Pod>): readonly Problem[] {
  const { spec, status, metadata } = pod.object;
  const node = facts.nodes.find(({ object }) => object.metadata.name === spec.nodeName);
  const owner = node === undefined ? undefined : ownerOf(node);
  if (owner === undefined || !facts.pools.some((pool) => pool.name === owner && pool.consolidates)) return [];
  return (status?.containerStatuses ?? []).filter(wasKilled).flatMap(({ name }) => {
    const index = spec.containers.findIndex((container) => container.name === name);
    const container = spec.containers[index];
    if (container === undefined || isExact(container)) return [];
    return {
      place: placeOf(pod, ["spec", "containers", index, "resources"]),
      message: `${name} of ${metadata.name ?? ""} was OOM-killed on ${spec.nodeName ?? ""}`,
      evidence: `memory request ${container.resources?.requests?.["memory"] ?? "none"}, limit ${container.resources?.limits?.["memory"] ?? "none"}`,
    };
  });
}

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
