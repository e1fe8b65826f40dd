/** One rule of an EC2NodeClass as two changes of the smallest accepted spec. */
import { ec2NodeClass } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

export type Part = Readonly<Record<string, unknown>>;

export const specRow = (
  name: string,
  rule: string,
  specs: { readonly good: Part; readonly bad: Part },
  cause: RuleRow["cause"],
): RuleRow => ({
  id: `ec2nodeclass-${name}`,
  section: "4.1",
  rule,
  accepted: ec2NodeClass(specs.good),
  refused: ec2NodeClass(specs.bad),
  cause,
});
