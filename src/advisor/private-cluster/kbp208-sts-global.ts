import type { ManifestObject } from "../../manifests/index.ts";
import { placeOf } from "../model/place.ts";
import type { Rule } from "../model/rule.ts";

const annotation = "eks.amazonaws.com/sts-regional-endpoints";

/** The controller's, by the chart's label or by its name. */
const isControllers = ({ object: { kind, metadata } }: ManifestObject): boolean =>
  kind === "ServiceAccount" &&
  (metadata.name === "karpenter" || metadata.labels?.["app.kubernetes.io/name"] === "karpenter");

export const stsGlobal: Rule = {
  id: "KBP208",
  name: "sts-global",
  severity: "error",
  requirements: ["R32"],
  needs: ["objects"],
  document: {
    what: "The cluster is private (aws.isolatedVPC) and the controller's service account asks for the global endpoint of STS.",
    why: "Only the regional one can be had through a VPC endpoint.",
    fix: 'Set the annotation eks.amazonaws.com/sts-regional-endpoints to "true", or remove it.',
  },
  check(facts) {
    const accounts = facts.objects.filter(isControllers);
    if (facts.settings?.isolated !== true || accounts.length === 0) return undefined;
    return accounts
      .filter(({ object }) => object.metadata.annotations?.[annotation] === "false")
      .map((entry) => ({
        place: placeOf(entry, ["metadata", "annotations", annotation]),
        message: "STS is called globally",
        evidence: `${annotation}: "false"`,
      }));
  },
};
