import { labels } from "../../api/index.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const doubleOwner: Rule = {
  id: "KBP705",
  name: "double-owner",
  severity: "error",
  requirements: ["R14"],
  needs: ["cluster"],
  document: {
    what: "A node carries the owner labels of both eras.",
    why: "Two pools count it and both may remove it.",
    fix: "Remove the wrong label.",
  },
  check: (facts) =>
    overEach(facts.nodes, (node) => {
      const { metadata } = node.object;
      const owners = [metadata.labels?.[labels.provisionerName], metadata.labels?.[labels.nodePool]];
      if (owners.includes(undefined)) return undefined;
      return {
        place: placeOf(node, ["metadata", "labels", labels.provisionerName]),
        message: `Node ${metadata.name ?? ""} has two owners`,
        evidence: `Provisioner ${owners[0] ?? ""}, NodePool ${owners[1] ?? ""}`,
      };
    }),
};
