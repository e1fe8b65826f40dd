import {
  conditionTypes,
  type ConditionUpdate,
  type EC2NodeClass,
  ec2NodeClassReasons as reasons,
  kubeletCauses,
  kubeletExpressions,
  unsupportedKubeletCauses,
  type ValidationCause,
} from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
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

type Check = (nodeClass: EC2NodeClass, context: StepContext) => Promise<Refusal | undefined> | Refusal | undefined;

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
        const refusal = await check(nodeClass, context);
        if (refusal !== undefined) return refused(nodeClass, refusal, context);
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

const probeRefusal = ({ reason, message }: { readonly reason: string; readonly message: string }): Refusal => ({
  ...refuse(reason, message),
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

/** The gate NodeClassCEL is off; evaluating them comes with it. */
const kubeletHasNoExpressions: Check = ({ spec }) => {
  const fields = kubeletExpressions(spec.kubelet).map(({ field, resource, text }) => {
    const path = resource === undefined ? field : `${field}[${resource}]`;
    return `spec.kubelet.${path}: "${text}"`;
  });
  if (fields.length === 0) return undefined;
  return refuse(
    reasons.kubeletExpressionsDisabled,
    `expressions need the feature gate NodeClassCEL, which is off: ${fields.join("; ")}`,
  );
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
  kubeletHasNoExpressions,
  kubeletFitsFamily,
  dependenciesAreReady,
  tagsAreFree,
];
