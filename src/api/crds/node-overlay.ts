/** CRD of NodeOverlay (spec: api 3.1). */
import type { NodeOverlay } from "../karpenter/node-overlay.ts";
import { nodeOverlayType } from "../karpenter/resource-types.ts";
import { coreResources } from "../labels/resources.ts";
import { int32, obj, rule, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, integerColumn, readyColumn, wide } from "./definition.ts";
import { keyedConditions, resourceMap } from "./fields.ts";
import { overlayRequirements } from "./requirement.ts";

const spec = obj(
  "What to change on which instance types, in the scheduler's eyes.",
  {
    requirements: overlayRequirements,
    price: str("Price in dollars an hour in place of the provider's.", { pattern: "^\\d+(\\.\\d+)?$" }),
    priceAdjustment: str(
      "Signed amount or signed percentage to add to the provider's price. The result is at least 0.",
      { pattern: "^(([+-]{1}(\\d*\\.?\\d+))|(\\+{1}\\d*\\.?\\d+%)|(^(-\\d{1,2}(\\.\\d+)?%)$)|(-100%))$" },
    ),
    capacity: resourceMap("Extended resources to add to the capacity, or to put in the place of the provider's.", {
      rules: [
        rule<Readonly<Record<string, unknown>>>({
          cel: "self.all(x, !(x in ['cpu', 'memory', 'ephemeral-storage', 'pods']))",
          message: "invalid resource restricted",
          check: (self) => Object.keys(self).every((key) => !coreResources.has(key)),
        }),
      ],
    }),
    weight: int32("Precedence among overlays; higher comes first, and absent counts as 0.", {
      minimum: 1,
      maximum: 10_000,
    }),
  },
  {
    required: ["requirements"],
    rules: [
      rule<NodeOverlay["spec"]>({
        cel: "!has(self.price) || !has(self.priceAdjustment)",
        message: "cannot set both 'price' and 'priceAdjustment'",
        check: (self) => self.price === undefined || self.priceAdjustment === undefined,
      }),
    ],
  },
);

export const nodeOverlayDefinition: KindDefinition = {
  type: nodeOverlayType,
  description: "NodeOverlay changes price or capacity of instance types as the scheduler sees them.",
  shortNames: ["overlays"],
  categories: ["karpenter"],
  columns: [readyColumn, ageColumn, integerColumn("Weight", ".spec.weight", wide)],
  spec,
  status: obj("Whether the overlay is applied.", { conditions: keyedConditions }),
  specRequired: true,
};
