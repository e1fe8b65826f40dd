import type { Rule } from "../model/rule.ts";
import { unreachable } from "./unreachable.ts";

export const stsUnreachable: Rule = {
  id: "KBP202",
  name: "sts-unreachable",
  severity: "error",
  requirements: ["R32", "R35"],
  needs: ["logs"],
  document: {
    what: "The log says that STS could not be reached.",
    why: "The controller's identity comes from STS: without it no call to AWS succeeds.",
    fix: "Create the interface endpoint com.amazonaws.REGION.sts, with private DNS and port 443 open.",
  },
  check: (facts) =>
    unreachable(facts, "sts", {
      also: /WebIdentityErr/,
      message: "Credentials cannot be fetched: STS is unreachable",
    }),
};
