import { type KubeObject, resourceType } from "../api/index.ts";
import type { KubeClient } from "../kube/index.ts";
import { type Logger, mapLimit } from "../platform/index.ts";
import type { NeededRight } from "./needed-rights.ts";

interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> };
  readonly status?: { readonly allowed?: boolean };
}

const reviewType = resourceType<AccessReview>(
  "authorization.k8s.io/v1",
  "SelfSubjectAccessReview",
  "selfsubjectaccessreviews",
  "Cluster",
);
const parallel = 8;

/**
 * Asks the API server which of these rights this process lacks, and says all of them in one line with the rules to add. It
 * goes on: rights can be given while it runs. A server that cannot be asked is no reason to complain.
 */
export async function tellMissingRights(
  { kube, log, needed }: { readonly kube: KubeClient; readonly log: Logger; readonly needed: readonly NeededRight[] },
  signal: AbortSignal,
): Promise<void> {
  const asked = needed.flatMap((right) => right.verbs.map((verb) => ({ ...right, verbs: [verb] })));
  let answers: readonly (NeededRight | undefined)[];
  try {
    answers = await mapLimit(
      asked,
      parallel,
      async (right, context) => ((await isAllowed(kube, right, context.signal)) ? undefined : right),
      { signal },
    );
  } catch (error) {
    if (!signal.aborted) log.debug("could not ask which rights there are", { error });
    return;
  }
  const missing = answers.filter((right) => right !== undefined);
  if (missing.length === 0) return;
  log.error("rights are missing: what needs them does not work until they are given; add these rules", {
    missing: missing.map(rightText),
    rules: rulesOf(missing),
  });
}

async function isAllowed(kube: KubeClient, right: NeededRight, signal: AbortSignal): Promise<boolean> {
  const { group, resource, verbs, namespace, name } = right;
  const [plural = "", subresource] = resource.split("/");
  const resourceAttributes = {
    group,
    resource: plural,
    verb: verbs[0] ?? "",
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const review: AccessReview = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: {},
    spec: { resourceAttributes },
  };
  return (await kube.create(reviewType, review, { signal })).status?.allowed === true;
}

/** `create nodeclaims.karpenter.sh`, `update leases.coordination.k8s.io in kube-system`. */
function rightText({ group, resource, verbs, namespace }: NeededRight): string {
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  return `${verbs.join()} ${resource}${group === "" ? "" : `.${group}`}${where}`;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Of the Role that holds it; a ClusterRole's when absent. */
  readonly namespace?: string;
}

/** As they stand in a role: one for each resource, with all of its verbs. */
function rulesOf(rights: readonly NeededRight[]): readonly Rule[] {
  const rules = new Map<string, Rule>();
  for (const { group, resource, verbs, namespace } of rights) {
    const key = `${group}/${resource}/${namespace ?? ""}`;
    const before = rules.get(key);
    rules.set(key, {
      apiGroups: [group],
      resources: [resource],
      verbs: [...(before?.verbs ?? []), ...verbs],
      ...(namespace === undefined ? {} : { namespace }),
    });
  }
  return [...rules.values()];
}
