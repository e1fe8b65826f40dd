import {
  conditionTypes,
  type ConditionUpdate,
  type EC2NodeClass,
  ec2NodeClassReasons as reasons,
  kubeletCauses,
  type KubeletExpression,
  kubeletExpressions,
  unsupportedKubeletCauses,
  type ValidationCause,
} from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import { classFactsOf, type EvaluateExpression, kubeletValuesOf } from "../catalogue/index.ts";
import { awsErrorOf, isTransient } from "../errors/index.ts";
import { stableHash } from "../launch-templates/stable-hash.ts";
import type { AwsParts } from "../parts.ts";
import { launchTags } from "../tags.ts";
import { probeLaunch } from "./probes.ts";
import { type Step, type StepContext, type StepResult, withStatus } from "./steps.ts";

/** Why a class may not be launched from, or not yet. */
interface Refusal {
  readonly status: "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly requeueMilliseconds?: number;
}

/** `wait` leaves the condition as it is. */
type Finding = Refusal | "wait" | undefined;

type Check = (nodeClass: EC2NodeClass, context: StepContext) => Promise<Finding> | Finding;

const minute = 60_000;
const type = conditionTypes.validationSucceeded;

/** Validation of classes, with what the dry runs of the last half hour said (spec: aws 7.4). */
export interface Validation {
  readonly step: Step;
  /** Forgets the dry runs of a class that is gone. */
  forget(className: string): void;
}

/** The first refusal counts. Without a wait it stands until the class changes. */
export function createValidation({ clock }: { readonly clock: Clock }): Validation {
  const known = createExpiringMap<Refusal | "passed">({ clock, ttlMilliseconds: 30 * minute });
  const dryRuns = async (nodeClass: EC2NodeClass, context: StepContext): Promise<Refusal | "passed" | "wait"> => {
    const key = `${nodeClass.metadata.name} ${stableHash(probeKey(nodeClass))}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const outcome = context.parts.options.disableDryRun
      ? ({ kind: "passed" } as const)
      : await probeLaunch(nodeClass, { parts: context.parts, pools: context.pools(), signal: context.signal });
    if (outcome.kind === "wait") return "wait";
    const result = outcome.kind === "passed" ? "passed" : probeRefusal(outcome);
    if (outcome.kind === "passed" || outcome.cached) known.set(key, result);
    return result;
  };
  return {
    forget: (className) => {
      for (const key of known.keys()) if (key.startsWith(`${className} `)) known.delete(key);
    },
    step: async (nodeClass, context) => {
      for (const check of checks) {
        const finding = await check(nodeClass, context);
        if (finding === "wait") return { nodeClass, requeueMilliseconds: busyMilliseconds };
        if (finding !== undefined) return refused(nodeClass, finding, context);
      }
      const result = await dryRuns(nodeClass, context);
      if (result === "wait") return { nodeClass, requeueMilliseconds: busyMilliseconds };
      if (result !== "passed") return refused(nodeClass, result, context);
      const condition: ConditionUpdate = { type, status: "True" };
      return {
        nodeClass: withStatus(nodeClass, {}, { condition, now: context.now }),
        requeueMilliseconds: 10 * minute,
      };
    },
  };
}

/** Soon enough for a busy EC2, late enough not to make it busier. */
const busyMilliseconds = 10_000;

function refused(nodeClass: EC2NodeClass, refusal: Refusal, { now }: StepContext): StepResult {
  const { status, reason, message, requeueMilliseconds } = refusal;
  return {
    nodeClass: withStatus(nodeClass, {}, { condition: { type, status, reason, message }, now }),
    ...(requeueMilliseconds === undefined ? {} : { requeueMilliseconds }),
  };
}

/** All that a dry run depends on: the outcome of an equal class stands. */
const probeKey = ({ metadata, spec, status }: EC2NodeClass) => ({
  annotations: metadata.annotations,
  spec: JSON.stringify(spec),
  subnets: status?.subnets,
  groups: status?.securityGroups,
  amis: status?.amis?.map(({ id }) => id),
  profile: status?.instanceProfile,
});

/** Spec: operations 5.2, the last line. */
const askedAgain = "kept for 30 minutes; adding or changing any annotation of the EC2NodeClass asks again at once";

const probeRefusal = (refused: {
  readonly reason: string;
  readonly message: string;
  readonly cached: boolean;
}): Refusal => ({
  ...refuse(refused.reason, refused.cached ? `${refused.message} (${askedAgain})` : refused.message),
  requeueMilliseconds: 10 * minute,
});

const refuse = (reason: string, message: string): Refusal => ({ status: "False", reason, message });

const clusterNetworkKnown: Check = async (nodeClass, { parts, signal }) => {
  if (parts.familyOf(nodeClass) !== "AL2023") return undefined;
  const message = await cidrProblem(parts, signal);
  if (message === undefined) return undefined;
  return { ...refuse(reasons.clusterCidrResolutionFailed, message), requeueMilliseconds: minute };
};

/** A service that is down is asked again by backoff; anything else stands in the condition. */
async function cidrProblem({ network }: AwsParts, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await network.cidr({ signal })) === undefined ? "EKS tells no service CIDR for the cluster" : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isTransient(error instanceof Error ? (error.cause ?? error) : error)) throw error;
    return awsErrorOf(error).message;
  }
}

const joined = (causes: readonly ValidationCause[]): string =>
  causes.map(({ field, message }) => `${field}: ${message}`).join("; ");

const kubeletIsWellFormed: Check = ({ spec }) => {
  const causes = kubeletCauses(spec.kubelet);
  return causes.length === 0 ? undefined : refuse(reasons.invalidKubeletConfiguration, joined(causes));
};

const expressionText = ({ field, resource, text }: KubeletExpression): string =>
  `spec.kubelet.${resource === undefined ? field : `${field}[${resource}]`}: "${text}"`;

const kubeletExpressionsCompile: Check = ({ spec }, { parts }) => {
  const found = kubeletExpressions(spec.kubelet);
  if (found.length === 0) return undefined;
  const { expressions } = parts;
  if (expressions === undefined)
    return refuse(
      reasons.kubeletExpressionsDisabled,
      `expressions need the feature gate NodeClassCEL, which is off: ${found.map(expressionText).join("; ")}`,
    );
  const broken = found.flatMap((expression) => {
    const problem = expressions.problemOf(expression.text);
    return problem === undefined ? [] : [`${expressionText(expression)} ${problem}`];
  });
  return broken.length === 0 ? undefined : refuse(reasons.kubeletExpressionInvalid, broken.join("; "));
};

/** On every known type, whether or not a pool would launch it (spec: aws 7.4, check 7). */
const kubeletExpressionsEvaluate: Check = (nodeClass, { parts }) => {
  const { expressions, discovery, options } = parts;
  if (expressions === undefined || kubeletExpressions(nodeClass.spec.kubelet).length === 0) return undefined;
  const facts = classFactsOf(nodeClass);
  if (!facts.ok) return refuse(reasons.invalidKubeletConfiguration, facts.failure.message);
  if (discovery.current === undefined) return "wait";
  const evaluate: EvaluateExpression = (...given) => expressions.evaluate(...given);
  for (const machine of discovery.current.facts.machines) {
    const values = kubeletValuesOf(machine, facts.value, { reservedEnis: options.reservedEnis, evaluate });
    const problem = values.ok ? values.value.dropped[0] : values.failure.message;
    if (problem !== undefined) return refuse(reasons.kubeletExpressionEvaluationFailed, `${machine.name}: ${problem}`);
  }
  return undefined;
};

const kubeletFitsFamily: Check = (nodeClass, { parts }) => {
  const causes = unsupportedKubeletCauses(parts.familyOf(nodeClass), nodeClass.spec.kubelet);
  return causes.length === 0 ? undefined : refuse(reasons.unsupportedKubeletConfiguration, joined(causes));
};

const dependencies: readonly string[] = [
  conditionTypes.amisReady,
  conditionTypes.instanceProfileReady,
  conditionTypes.securityGroupsReady,
  conditionTypes.subnetsReady,
];

const dependenciesAreReady: Check = ({ status }) => {
  const states = dependencies.map((name) => status?.conditions?.find((each) => each.type === name)?.status);
  const failed = states.includes("False");
  if (!failed && states.every((state) => state === "True")) return undefined;
  return {
    status: failed ? "False" : "Unknown",
    reason: reasons.dependenciesNotReady,
    message: "Awaiting AMI, Instance Profile, Security Group, and Subnet resolution",
    requeueMilliseconds: 10 * minute,
  };
};

const tagsAreFree: Check = (nodeClass, { parts }) => {
  const tags = launchTags(nodeClass, { clusterName: parts.options.cluster.name, poolName: "" });
  return tags.ok ? undefined : refuse(reasons.tagValidationFailed, tags.failure.message);
};

const checks: readonly Check[] = [
  clusterNetworkKnown,
  kubeletIsWellFormed,
  kubeletExpressionsCompile,
  kubeletFitsFamily,
  dependenciesAreReady,
  kubeletExpressionsEvaluate,
  tagsAreFree,
];
