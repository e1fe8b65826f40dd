import type { Facts } from "../facts/facts.ts";
import { isControllerAccount } from "../facts/service-accounts.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { denied } from "../model/account-judging.ts";
import { nameText, objectNameOf, placeOf } from "../model/place.ts";
import type { NotChecked, Problem, Rule, Verdict } from "../model/rule.ts";

const roleAnnotation = "eks.amazonaws.com/role-arn";

export const irsaMissing: Rule = {
  id: "KBP209",
  name: "irsa-missing",
  severity: "error",
  requirements: ["R33"],
  needs: ["objects"],
  document: {
    what: "No role is bound to the controller's service account, neither by annotation nor by a pod identity association.",
    why: "The controller then has no identity of its own at AWS, or that of its node, and its calls are refused.",
    fix: "Annotate the service account with eks.amazonaws.com/role-arn, or associate a pod identity.",
  },
  check(facts): Verdict {
    const accounts = facts.objects.filter(isControllerAccount);
    if (accounts.length === 0) return undefined;
    const verdicts = accounts.map((entry) => judge(facts, entry));
    const open = verdicts.find((verdict) => "notChecked" in verdict);
    return open ?? verdicts.flatMap((verdict) => ("notChecked" in verdict ? [] : verdict));
  },
};

function judge({ account, controllers }: Facts, entry: ManifestObject): readonly Problem[] | NotChecked {
  const { annotations = {}, name = "", namespace = "default" } = entry.object.metadata;
  if ((annotations[roleAnnotation] ?? "") !== "" || controllers.some(hasOwnKeys)) return [];
  const title = nameText(objectNameOf(entry));
  if (account === undefined)
    return {
      notChecked: `${title} has no role annotation; whether a pod identity is associated needs the AWS account (--aws)`,
    };
  if (!account.podIdentities.ok) return denied(account.podIdentities);
  if (account.podIdentities.value.some((each) => each.namespace === namespace && each.serviceAccount === name))
    return [];
  return [
    {
      place: placeOf(entry, ["metadata", "annotations"]),
      message: "Controller has no AWS identity",
      evidence: `${title} has no annotation ${roleAnnotation} and no pod identity association`,
    },
  ];
}

/** Keys, or a profile, given by other means. */
const hasOwnKeys = ({ spec }: Facts["controllers"][number]): boolean =>
  spec.containers.some((container) => {
    const { env = [] } = container as { readonly env?: readonly { readonly name?: string }[] };
    return env.some(({ name = "" }) =>
      ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ROLE_ARN"].includes(name),
    );
  });
