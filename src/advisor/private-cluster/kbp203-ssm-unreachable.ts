import type { Rule } from "../model/rule.ts";
import { unreachable } from "./unreachable.ts";

export const ssmUnreachable: Rule = {
  id: "KBP203",
  name: "ssm-unreachable",
  severity: "error",
  requirements: ["R34", "R35"],
  needs: ["logs"],
  document: {
    what: "The log says that SSM could not be reached.",
    why: "Default images are looked up in SSM: without it nothing is launched.",
    fix: "Create the interface endpoint com.amazonaws.REGION.ssm, or select AMIs by id, name or tag.",
  },
  check: (facts) => unreachable(facts, "ssm", { message: "AMI lookup fails: SSM is unreachable" }),
};
