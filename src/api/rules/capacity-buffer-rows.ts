/** Rules of CapacityBuffer (spec: api 3.2). */
import { capacityBuffer } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const podTemplateRef = { name: "chunk" };
const scalableRef = { apiGroup: "apps", kind: "Deployment", name: "web" };

export const capacityBufferRows: readonly RuleRow[] = [
  {
    id: "capacitybuffer-one-reference",
    section: "3.2",
    rule: "podTemplateRef and scalableRef exclude each other; neither is admitted",
    accepted: capacityBuffer({ replicas: 1 }),
    refused: capacityBuffer({ podTemplateRef, scalableRef, replicas: 1 }),
    cause: { field: "spec", message: "'podTemplateRef' and 'scalableRef' exclude each other" },
  },
  {
    id: "capacitybuffer-template-with-number",
    section: "3.2",
    rule: "podTemplateRef needs replicas or limits",
    accepted: capacityBuffer({ podTemplateRef, limits: { cpu: "4" } }),
    refused: capacityBuffer({ podTemplateRef }),
    cause: { field: "spec", message: "'podTemplateRef' needs 'replicas' or 'limits'" },
  },
  {
    id: "capacitybuffer-template-name-required",
    section: "3.2",
    rule: "podTemplateRef has a name",
    accepted: capacityBuffer({ podTemplateRef, replicas: 0 }),
    refused: capacityBuffer({ podTemplateRef: {}, replicas: 1 }),
    cause: { field: "spec.podTemplateRef.name", message: "Required value" },
  },
  {
    id: "capacitybuffer-template-name-not-empty",
    section: "3.2",
    rule: "the name of podTemplateRef is not empty",
    accepted: capacityBuffer({ podTemplateRef, replicas: 1 }),
    refused: capacityBuffer({ podTemplateRef: { name: "" }, replicas: 1 }),
    cause: { field: "spec.podTemplateRef.name", message: "at least 1 chars long" },
  },
  ...(["kind", "name"] as const).flatMap((member): readonly RuleRow[] => [
    {
      id: `capacitybuffer-scalable-${member}-required`,
      section: "3.2",
      rule: `scalableRef has a ${member}; its group may be left out`,
      accepted: capacityBuffer({ scalableRef: { kind: "StatefulSet", name: "db" } }),
      refused: capacityBuffer({ scalableRef: { [member === "kind" ? "name" : "kind"]: "x" } }),
      cause: { field: `spec.scalableRef.${member}`, message: "Required value" },
    },
    {
      id: `capacitybuffer-scalable-${member}-not-empty`,
      section: "3.2",
      rule: `the ${member} of scalableRef is not empty, and otherwise free`,
      accepted: capacityBuffer({ scalableRef: { ...scalableRef, kind: "CronTab" } }),
      refused: capacityBuffer({ scalableRef: { ...scalableRef, [member]: "" } }),
      cause: { field: `spec.scalableRef.${member}`, message: "at least 1 chars long" },
    },
  ]),
  ...(["replicas", "percentage"] as const).map(
    (member): RuleRow => ({
      id: `capacitybuffer-${member}-minimum`,
      section: "3.2",
      rule: `${member} is at least 0`,
      accepted: capacityBuffer({ scalableRef, [member]: 0 }),
      refused: capacityBuffer({ scalableRef, [member]: -1 }),
      cause: { field: `spec.${member}`, message: "greater than or equal to 0" },
    }),
  ),
  {
    id: "capacitybuffer-limits-quantity",
    section: "3.2",
    rule: "limits are quantities",
    accepted: capacityBuffer({ scalableRef, limits: { cpu: "10", memory: "1Gi" } }),
    refused: capacityBuffer({ scalableRef, limits: { cpu: "lots" } }),
    cause: { field: "spec.limits.cpu", message: "should match" },
  },
  {
    id: "capacitybuffer-null-reference",
    section: "9 (15)",
    rule: "a null reference is as good as none; a text is no reference",
    accepted: capacityBuffer({ podTemplateRef: null, scalableRef }),
    refused: capacityBuffer({ podTemplateRef: "chunk", replicas: 1 }),
    cause: { field: "spec.podTemplateRef", message: "must be of type object" },
  },
  {
    id: "capacitybuffer-strategy-text",
    section: "3.2",
    rule: "any text is a strategy",
    accepted: capacityBuffer({ provisioningStrategy: "example.com/other" }),
    refused: capacityBuffer({ provisioningStrategy: 1 }),
    cause: { field: "spec.provisioningStrategy", message: "must be of type string" },
  },
];
