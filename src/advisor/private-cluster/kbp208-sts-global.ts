import { isControllerAccount } from "../facts/service-accounts.ts";
import { privateReason } from "../facts/private-network.ts";
import { safeEdit, setValue } from "../model/edit.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

const annotation = "eks.amazonaws.com/sts-regional-endpoints";

export const stsGlobal: Rule = {
  id: "KBP208",
  name: "sts-global",
  severity: "error",
  requirements: ["R32"],
  needs: ["objects"],
  document: {
    what: "The cluster is private (aws.isolatedVPC, or no way out of its subnets) and the controller's service account asks for the global endpoint of STS.",
    why: "Only the regional one can be had through a VPC endpoint.",
    fix: 'Set the annotation eks.amazonaws.com/sts-regional-endpoints to "true", or remove it.',
  },
  check(facts) {
    const accounts = facts.objects.filter(isControllerAccount);
    if (privateReason(facts) === undefined || accounts.length === 0) return undefined;
    return accounts
      .filter(({ object }) => object.metadata.annotations?.[annotation] === "false")
      .map((entry) => ({
        place: placeOf(entry, ["metadata", "annotations", annotation]),
        message: "STS is called globally",
        evidence: `${annotation}: "false"`,
        edit: safeEdit(entry, setValue(["metadata", "annotations", annotation], "true")),
      }));
  },
};
