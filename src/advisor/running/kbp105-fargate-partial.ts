import type { Pod } from "../../api/index.ts";
import { controllerPods, isOnFargate } from "../facts/controller-pods.ts";
import type { Facts, Typed } from "../facts/facts.ts";
import { denied } from "../model/account-judging.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const fargatePartial: Rule = {
  id: "KBP105",
  name: "fargate-partial",
  severity: "warning",
  requirements: ["R18"],
  needs: ["cluster"],
  document: {
    what: "Some pods of the controller's namespace run on Fargate, and some do not; or a Fargate profile of the account selects only some of them.",
    why: "The profile selects by labels that leave some out; those need a node, which the others were to do without.",
    fix: "Select the whole namespace in the Fargate profile.",
  },
  check(facts): Verdict {
    const namespaces = [...new Set(controllerPods(facts).map(({ object }) => namespaceOf(object)))].toSorted();
    const problems = overEach(namespaces, (namespace) => judge(facts, namespace));
    const profiles = facts.account?.fargateProfiles;
    return problems?.length === 0 && profiles?.ok === false ? denied(profiles) : problems;
  },
};

function judge(facts: Facts, namespace: string): Problem | undefined {
  const pods = facts.pods.filter(({ object }) => namespaceOf(object) === namespace && isRunning(object.status?.phase));
  const outside = pods.filter((pod) => !isOnFargate(pod));
  const left = outside.length === pods.length ? leftOut(facts, namespace, pods) : { pods: outside, profile: "" };
  const [first] = left.pods;
  if (first === undefined) return undefined;
  return {
    place: placeOf(first),
    message: `Only ${pods.length - left.pods.length} of ${pods.length} pods of namespace ${namespace} ${left.profile === "" ? "run on Fargate" : `are selected by Fargate profile ${left.profile}`}`,
    evidence: left.pods.map(({ object }) => object.metadata.name ?? "").join(", "),
  };
}

interface LeftOut {
  readonly pods: readonly Typed<Pod>[];
  readonly profile: string;
}

/** Where none runs on Fargate yet: a profile of the account that selects the namespace, but not all of it. */
function leftOut({ account }: Facts, namespace: string, pods: readonly Typed<Pod>[]): LeftOut {
  const profiles = account?.fargateProfiles.ok === true ? account.fargateProfiles.value : [];
  const own = profiles.filter(({ selectors }) => selectors.some((each) => matches(each.namespace, namespace)));
  const isSelected = ({ object: { metadata } }: Typed<Pod>): boolean =>
    own.some(({ selectors }) =>
      selectors.some(
        (each) =>
          matches(each.namespace, namespace) &&
          Object.entries(each.labels).every(([key, value]) => matches(value, metadata.labels?.[key] ?? "")),
      ),
    );
  const rest = pods.filter((pod) => !isSelected(pod));
  // A profile that takes none of them was not meant for them.
  return own.length === 0 || rest.length === pods.length
    ? { pods: [], profile: "" }
    : { pods: rest, profile: own.map(({ name }) => name).join(", ") };
}

/** As EKS reads selectors: `*` is any text, `?` one character. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(text);

const namespaceOf = ({ metadata }: Pod): string => metadata.namespace ?? "default";

const isRunning = (phase: string | undefined): boolean => phase !== "Succeeded" && phase !== "Failed";
