import type { ManifestObject } from "../../manifests/index.ts";
import type { Facts } from "../facts/facts.ts";
import type { Workload } from "../facts/workloads.ts";
import { titleOf, workloadProblem } from "../model/judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

const handler = "aws-node-termination-handler";

export const nthPresent: Rule = {
  id: "KBP120",
  name: "nth-present",
  severity: "warning",
  requirements: ["R29"],
  needs: ["objects"],
  document: {
    what: "The Node Termination Handler runs beside the controller. An error when the interruption queue is set. A hint where only the tags of a node class speak of it.",
    why: "Both drain the same nodes; on one queue each message reaches only one of them.",
    fix: "Remove the handler, then set the interruption queue.",
  },
  check(facts) {
    const classes = facts.objects.filter(({ object }) => classKinds.includes(object.kind));
    if (facts.workloads.length + classes.length === 0) return undefined;
    return [
      ...facts.workloads.filter(isHandler).map((workload) => beside(facts, workload)),
      ...classes.flatMap(tagged),
    ];
  },
};

function beside({ settings }: Facts, workload: Workload): Problem {
  const queue = settings?.queue ?? "";
  return workloadProblem(workload, [], {
    message: `${titleOf(workload)}: Node Termination Handler runs beside ${queue === "" ? "Karpenter" : "Karpenter's interruption handling"}`,
    evidence: queue === "" ? "no interruption queue is known" : `interruption queue: ${queue}`,
    severity: queue === "" ? "warning" : "error",
  });
}

const classKinds: readonly string[] = ["AWSNodeTemplate", "EC2NodeClass"];
const tag = `${handler}/managed`;

/** Marks machines for a handler that may be gone by now. */
function tagged(entry: ManifestObject): readonly Problem[] {
  const { tags } =
    (entry.object as { readonly spec?: { readonly tags?: Readonly<Record<string, unknown>> } }).spec ?? {};
  if (tags === undefined || !(tag in tags)) return [];
  return [
    {
      place: placeOf(entry, ["spec", "tags", tag]),
      message: `${nameText(objectNameOf(entry))} tags its machines for Node Termination Handler`,
      evidence: `tag ${tag}`,
      severity: "info",
      fix: "Remove the tag where no handler is left that looks for it.",
    },
  ];
}

/** The daemon of IMDS mode and the Deployment of queue mode alike (v1alpha5 6.4). */
function isHandler({ kind, name, labels, spec }: Workload): boolean {
  if (kind !== "DaemonSet" && kind !== "Deployment") return false;
  const texts = [name, ...Object.values(labels), ...spec.containers.map(({ image = "" }) => image)];
  return texts.some((text) => text.includes(handler));
}
