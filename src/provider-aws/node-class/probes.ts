import {
  awsLabels,
  capacityTypes,
  type EC2NodeClass,
  ec2NodeClassReasons as reasons,
  labels,
  type NodeClaim,
  type NodePool,
  tenancies,
} from "../../api/index.ts";
import {
  hasValue,
  type InstanceType,
  intersects,
  labelRequirements,
  requirementFor,
  requirementIn,
  type Requirements,
  specRequirements,
} from "../../core/index.ts";
import type { CreateFleetRequest, RunInstancesRequest, Tag } from "../contract/index.ts";
import { awsErrorOf, errorCodes, isTransient, launchReasonOf } from "../errors/index.ts";
import type { LaunchDemand } from "../launch/candidates.ts";
import { ensureTemplates, imageFor } from "../launch/template-groups.ts";
import type { AwsParts } from "../parts.ts";
import { launchTags, tagList } from "../tags.ts";

/**
 * What dry runs of the calls of a launch say (spec: aws 7.4, checks 11 to 13). `wait` leaves the condition as it is: EC2 is
 * busy or down, or IAM has not told it of a new profile yet.
 */
export type ProbeOutcome =
  | { readonly kind: "passed" }
  | { readonly kind: "wait" }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string; readonly cached: boolean };

export interface ProbeRun {
  readonly parts: AwsParts;
  readonly pools: readonly NodePool[];
  readonly signal: AbortSignal;
}

const passed: ProbeOutcome = { kind: "passed" };

export async function probeLaunch(nodeClass: EC2NodeClass, run: ProbeRun): Promise<ProbeOutcome> {
  const using = run.pools.filter(({ spec }) => spec.template.spec.nodeClassRef.name === nodeClass.metadata.name);
  const type = await probeType(nodeClass, using, run.parts);
  if (type === undefined) return { kind: "wait" };
  const launch = await prepare(nodeClass, { ...run, type, using });
  if ("kind" in launch) return launch;
  const fleet = await probe("CreateFleet", reasons.createFleetAuthCheckFailed, () =>
    run.parts.clients.ec2Probe.createFleet(launch.fleet, { signal: run.signal }),
  );
  return fleet.kind === "passed" ? await probeInstances(nodeClass, launch, run) : fleet;
}

interface PreparedLaunch {
  readonly fleet: CreateFleetRequest;
  readonly instances: readonly RunInstancesRequest[];
}

/** Makes the template and the requests; the template is real and serves the first launch too. */
async function prepare(
  nodeClass: EC2NodeClass,
  run: ProbeRun & { readonly type: InstanceType; readonly using: readonly NodePool[] },
): Promise<PreparedLaunch | ProbeOutcome> {
  const { parts, type, using, signal } = run;
  const [pool] = using;
  const tags = launchTags(nodeClass, {
    clusterName: parts.options.cluster.name,
    poolName: pool?.metadata.name ?? "",
  });
  if (!tags.ok) throw new Error(tags.failure.message);
  try {
    const plan = {
      claim: claimFor(nodeClass, pool),
      nodeClass,
      demand: demandOf(using),
      tags: tags.value,
      candidates: [{ type, offerings: type.offerings }],
      capacityType: capacityTypes.onDemand,
      clusterCidr: parts.familyOf(nodeClass) === "AL2023" ? await parts.network.cidr({ signal }) : undefined,
      placementGroup: undefined,
      reserved: await parts.types.reserved(nodeClass),
    };
    const groups = await ensureTemplates(plan, { templates: parts.templates, options: parts.options, signal });
    if (!groups.ok) throw new Error(groups.failure.message);
    const templateName = groups.value[0]?.templateName ?? "";
    return requestsFor(nodeClass, { templateName, typeName: type.name, tags: tagList(tags.value) });
  } catch (error) {
    signal.throwIfAborted();
    return templateOutcome(error);
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error);

function templateOutcome(error: unknown): ProbeOutcome {
  const { code, message } = awsErrorOf(causeOf(error));
  if (code === "InvalidUserData.Malformed" && message.includes("User data is limited to")) {
    const text = `ec2:CreateLaunchTemplate rejected the rendered user data as too large: ${message}`;
    return { kind: "refused", reason: reasons.userDataSizeLimitExceeded, message: text, cached: true };
  }
  return outcomeOf("CreateLaunchTemplate", reasons.createLaunchTemplateAuthCheckFailed, error);
}

async function probe(call: string, reason: string, ask: () => Promise<unknown>): Promise<ProbeOutcome> {
  try {
    await ask();
    return passed;
  } catch (error) {
    return outcomeOf(call, reason, error);
  }
}

/** Rejects with what is neither a pass, nor a denial, nor worth waiting for. */
function outcomeOf(call: string, reason: string, error: unknown): ProbeOutcome {
  const cause = causeOf(error);
  const { code, message } = awsErrorOf(cause);
  if (code === errorCodes.dryRunPassed) return passed;
  if (code === errorCodes.unauthorized) {
    const text = launchReasonOf(`${code}: ${message}`).message;
    return {
      kind: "refused",
      reason,
      message: `Controller isn't authorized to call ec2:${call}: ${text}`,
      cached: true,
    };
  }
  if (isTransient(cause)) return { kind: "wait" };
  throw error;
}

/** One subnet that lets the launch through is enough; if none does, the first one's answer counts. */
async function probeInstances(
  nodeClass: EC2NodeClass,
  { instances }: PreparedLaunch,
  { parts, signal }: ProbeRun,
): Promise<ProbeOutcome> {
  let first: ProbeOutcome | undefined;
  for (const request of instances) {
    const outcome = await probeSubnet(nodeClass, () => parts.clients.ec2Probe.runInstances(request, { signal }));
    if (outcome.kind === "passed") return passed;
    first ??= outcome;
  }
  return first ?? passed;
}

async function probeSubnet(nodeClass: EC2NodeClass, ask: () => Promise<unknown>): Promise<ProbeOutcome> {
  try {
    return await probe("RunInstances", reasons.runInstancesAuthCheckFailed, ask);
  } catch (error) {
    const { code, message } = awsErrorOf(error);
    if (code !== "InvalidParameterValue" || !message.includes("Invalid IAM Instance Profile name")) throw error;
    const { instanceProfile } = nodeClass.spec;
    // One that the controller has made a moment ago takes IAM some seconds to tell EC2 of.
    if (instanceProfile === undefined) return { kind: "wait" };
    const text = `instance profile "${instanceProfile}" of spec.instanceProfile does not exist`;
    return { kind: "refused", reason: reasons.instanceProfileNotFound, message: text, cached: false };
  }
}

function requestsFor(
  { spec, status }: EC2NodeClass,
  { templateName, typeName, tags }: { templateName: string; typeName: string; tags: readonly Tag[] },
): PreparedLaunch {
  const subnets = (status?.subnets ?? []).map(({ id }) => id);
  const template = { LaunchTemplateName: templateName, Version: "$Latest" };
  const tagged = (...names: readonly string[]) => names.map((ResourceType) => ({ ResourceType, Tags: tags }));
  const interfaces = spec.networkInterfaces ?? [];
  return {
    fleet: {
      DryRun: true,
      Type: "instant",
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: template,
          Overrides: subnets.map((SubnetId) => ({ InstanceType: typeName, SubnetId })),
        },
      ],
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "on-demand" },
      OnDemandOptions: { AllocationStrategy: "lowest-price" },
      TagSpecifications: tagged("instance", "volume", "fleet"),
    },
    instances: subnets.map((SubnetId) => ({
      DryRun: true,
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: template,
      InstanceType: typeName,
      NetworkInterfaces:
        interfaces.length === 0
          ? [{ DeviceIndex: 0, SubnetId }]
          : interfaces.map(({ deviceIndex, networkCardIndex, interfaceType }) => ({
              DeviceIndex: deviceIndex,
              NetworkCardIndex: networkCardIndex,
              InterfaceType: interfaceType,
              SubnetId,
            })),
      TagSpecifications: tagged("instance", "volume", "network-interface"),
    })),
  };
}

function claimFor({ metadata }: EC2NodeClass, pool: NodePool | undefined): NodeClaim {
  const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: metadata.name ?? "" };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name: "", labels: pool === undefined ? {} : { [labels.nodePool]: pool.metadata.name ?? "" } },
    spec: { nodeClassRef, requirements: [] },
  };
}

const poolRequirements = ({ spec }: NodePool): Requirements =>
  new Map([...labelRequirements(spec.template.metadata?.labels), ...specRequirements(spec.template.spec.requirements)]);

function demandOf(pools: readonly NodePool[]): LaunchDemand {
  const dedicated = pools.some((pool) => {
    const asked = poolRequirements(pool).get(awsLabels.instanceTenancy);
    return asked !== undefined && hasValue(asked, tenancies.dedicated);
  });
  const tenancy = requirementIn(awsLabels.instanceTenancy, dedicated ? tenancies.dedicated : tenancies.default);
  return { requirements: new Map([[tenancy.key, tenancy]]), requests: {}, hasMinValues: false };
}

const usualTypes = ["m5.large", "m6g.large"];

/** The machine to ask for: one that a pool of the class might launch, of an ordinary image where there is such. */
async function probeType(
  nodeClass: EC2NodeClass,
  pools: readonly NodePool[],
  parts: AwsParts,
): Promise<InstanceType | undefined> {
  const listed = await parts.types.list(nodeClass);
  if (!listed.ok) return undefined;
  const compatible = await parts.types.compatible(nodeClass);
  const all = listed.value.filter(({ name }) => compatible.has(name));
  const isWindows = parts.familyOf(nodeClass).startsWith("Windows");
  const wanted = isWindows
    ? []
    : all.filter(({ requirements }) => pools.some((pool) => intersects(poolRequirements(pool), requirements)));
  const usual = all.filter(({ name }) => usualTypes.includes(name));
  const candidates = [wanted, usual, all].find((some) => some.length > 0) ?? [];
  const served = candidates.filter((type) => imageFor(nodeClass, { type }) !== undefined);
  return served.find((type) => isStandard(nodeClass, type)) ?? served[0];
}

const accelerated: readonly string[] = [awsLabels.instanceGpuCount, awsLabels.instanceAcceleratorCount];

/** Served by an image that is not made for accelerators. */
function isStandard(nodeClass: EC2NodeClass, type: InstanceType): boolean {
  const id = imageFor(nodeClass, { type });
  const serving = (nodeClass.status?.amis ?? []).filter((ami) => ami.id === id);
  return serving.some(({ requirements }) => {
    const stated = specRequirements(requirements);
    return accelerated.every((key) => !stated.has(key) || !requirementFor(stated, key).complement);
  });
}
