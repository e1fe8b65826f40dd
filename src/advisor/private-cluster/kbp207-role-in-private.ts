import type { EC2NodeClass } from "../../api/index.ts";
import { privateReason } from "../facts/private-network.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

export const roleInPrivate: Rule = {
  id: "KBP207",
  name: "role-in-private",
  severity: "error",
  requirements: ["R31"],
  needs: ["objects"],
  document: {
    what: "The cluster is private (aws.isolatedVPC, or no way out of its subnets) and an EC2NodeClass names a role.",
    why: "The instance profile of a role is managed over IAM, which has no VPC endpoint.",
    fix: "Create the instance profile by other means and set spec.instanceProfile.",
  },
  check(facts) {
    const reason = privateReason(facts);
    if (reason === undefined) return undefined;
    const classes = facts.objects.filter(({ object }) => object.kind === "EC2NodeClass");
    return overEach(classes, (entry) => {
      const role = (entry.object as Partial<EC2NodeClass>).spec?.role;
      if (role === undefined) return undefined;
      return {
        place: placeOf(entry, ["spec", "role"]),
        message: "IAM has no VPC endpoint: the instance profile of the role cannot be managed",
        evidence: `role: ${role}; ${reason.text}`,
      };
    });
  },
};
