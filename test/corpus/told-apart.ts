/** What a plan says outside its loop: pods that never entered it, and pools that can serve nobody. */
import type { ProvisioningPlan } from "../../src/core/index.ts";
import { planRecord } from "./plan-record.ts";
import type { RecordedCase } from "./read-case.ts";
import type { RecordedDecision } from "./recorded-result.ts";

/** What differs from the recorded result, in words; empty when nothing does. */
export function toldApart(
  plan: ProvisioningPlan,
  { pendingPods }: Pick<RecordedCase, "pendingPods">,
  recorded: Pick<RecordedDecision, "ignored" | "poolErrors">,
): readonly string[] {
  const ours = planRecord(plan);
  const known = new Set(
    [...plan.claims.flatMap(({ pods }) => pods), ...plan.nominations, ...plan.unplaced].map((each) =>
      "pod" in each ? each.pod.metadata.name : each.metadata.name,
    ),
  );
  const absent = pendingPods.flatMap(({ metadata: { name = "" } }) =>
    known.has(name) ? [] : [[name, notProvisionable]],
  );
  return [
    ...differing("ignored", { ...ours.ignored, ...Object.fromEntries(absent) }, recorded.ignored),
    ...differing("pool", byText(ours.poolErrors), byText(recorded.poolErrors)),
  ];
}

/** How recordings call pods that are pending and yet none of the provisioner's business. */
const notProvisionable = "not provisionable";

type Texts = Readonly<Record<string, string>>;

const byText = (messages: readonly string[] = []): Texts => Object.fromEntries(messages.map((text) => [text, "said"]));

function differing(what: string, ours: Texts, theirs: Texts = {}): readonly string[] {
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort().flatMap((name) => {
    const [own, other] = [ours[name], theirs[name]];
    if (own !== undefined && other !== undefined && obstacleOf(own) === obstacleOf(other)) return [];
    return [`${what} ${name}: ${own ?? "nothing"}, in the recording ${other ?? "nothing"}`];
  });
}

/** What is in the way, without what is said around it: values and labels that would do, names said twice. */
const patterns: readonly (readonly [pattern: RegExp, name: (match: RegExpExecArray) => string])[] = [
  [/node selector term with matchFields/, () => "matchFields"],
  [/no valid values found in \[?([^\] ]*)\]? for ([^,]*),/, (match) => `${match[1]} for ${match[2]}`],
  [/label (\S+) is (?:restricted|not allowed)/, (match) => `label ${match[1]}`],
  [/persistentvolumeclaims? "(?:[^"/]*\/)?([^"]*)" not found/, (match) => `no claim ${match[1]}`],
  [/pvc with immediate volume binding mode must be bound/, () => "claim to be bound at once"],
  [/configured to not run on a Karpenter provisioned node/, () => "avoids nodes of pools"],
];

function obstacleOf(text: string): string {
  for (const [pattern, name] of patterns) {
    const match = pattern.exec(text);
    if (match !== null) return name(match);
  }
  return text;
}
