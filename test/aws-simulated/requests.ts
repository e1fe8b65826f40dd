import type { AwsClients, CreateFleetRequest, CreateFleetResult } from "../../src/provider-aws/contract/index.ts";
import type { NodeClaim, RequirementSpec } from "../../src/api/index.ts";
import type { ClaimView, Result } from "../../src/core/index.ts";
import type { CloudInstance, LaunchFailure } from "../../src/provider/index.ts";
import { type AwsFixture, createAwsFixture, type FixtureOptions } from "./fixture.ts";

export type FleetAnswer = (request: CreateFleetRequest) => CreateFleetResult | undefined;

/** Keeps every fleet request; `answer` may stand in for EC2, undefined leaves it to the account. */
export function recordingFleets(requests: CreateFleetRequest[], answer: FleetAnswer = () => undefined) {
  return (clients: AwsClients): AwsClients => ({
    ...clients,
    ec2: {
      ...clients.ec2,
      createFleet: async (request, options) => {
        requests.push(request);
        return answer(request) ?? (await clients.ec2.createFleet(request, options));
      },
    },
  });
}

export const requirement = (key: string, ...values: readonly string[]): RequirementSpec => ({
  key,
  operator: "In",
  values,
});

export const family = (...names: readonly string[]): RequirementSpec =>
  requirement("karpenter.k8s.aws/instance-family", ...names);

export const types = (...names: readonly string[]): RequirementSpec =>
  requirement("node.kubernetes.io/instance-type", ...names);

export const capacity = (...names: readonly string[]): RequirementSpec =>
  requirement("karpenter.sh/capacity-type", ...names);

export const zone = (letter: string): RequirementSpec =>
  requirement("topology.kubernetes.io/zone", `us-east-1${letter}`);

export interface ClaimOptions {
  readonly requests?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export function claimOf(requirements: readonly RequirementSpec[], options: ClaimOptions = {}): ClaimView {
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: "general-x",
      uid: "uid-x",
      labels: { "karpenter.sh/nodepool": "general", ...options.labels },
      annotations: options.annotations ?? {},
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements,
      resources: { requests: { cpu: "100m", memory: "128Mi", pods: "1", ...options.requests } },
    },
  };
  return { key: { kind: "NodeClaim", name: "general-x" }, poolKey: { kind: "NodePool", name: "general" }, claim };
}

export interface Launch {
  readonly fixture: AwsFixture;
  readonly requests: readonly CreateFleetRequest[];
  readonly outcome: Result<CloudInstance, LaunchFailure>;
}

/** One launch on an account of its own. */
export async function launch(
  view: ClaimView,
  options: FixtureOptions & { readonly answer?: FleetAnswer; readonly before?: (fixture: AwsFixture) => void } = {},
): Promise<Launch> {
  const requests: CreateFleetRequest[] = [];
  const fixture = await createAwsFixture({ wrapClients: recordingFleets(requests, options.answer), ...options });
  options.before?.(fixture);
  const outcome = await relaunch(fixture, view);
  return { fixture, requests, outcome };
}

export const relaunch = ({ aws, run }: AwsFixture, view: ClaimView): Promise<Result<CloudInstance, LaunchFailure>> =>
  run(aws.cloudProvider.create(view, { signal: new AbortController().signal }));

export const overridesOf = (request: CreateFleetRequest | undefined) =>
  request?.LaunchTemplateConfigs.flatMap(({ Overrides }) => Overrides) ?? [];

export const typesIn = (request: CreateFleetRequest | undefined): readonly string[] =>
  [...new Set(overridesOf(request).map(({ InstanceType = "" }) => InstanceType))].sort();

/** A fleet that gives nothing but these errors, each for the override of a type and zone. */
export const failingWith =
  (...codes: readonly string[]): FleetAnswer =>
  (request) => ({
    Errors: codes.map((ErrorCode, index) => ({
      ErrorCode,
      ErrorMessage: "for a test",
      LaunchTemplateAndOverrides: { Overrides: overridesOf(request)[index % overridesOf(request).length] },
    })),
    Instances: [],
  });
