/** The provider's controllers over the simulated account, run one at a time on fake objects. */
import {
  type EC2NodeClass,
  ec2NodeClassType,
  type Node,
  type NodeClaim,
  nodeClaimType,
  type NodePool,
  nodePoolType,
  nodeType,
} from "../../src/api/index.ts";
import type { ClaimView } from "../../src/core/index.ts";
import { createIds, createSeededRandom } from "../../src/platform/index.ts";
import type { CloudInstance } from "../../src/provider/index.ts";
import { createFakeKind, type FakeKind, patchOnlyClient } from "./fake-kube.ts";
import { type AwsFixture, createAwsFixture, type FixtureOptions, runOn } from "./fixture.ts";
import { relaunch } from "./requests.ts";

export interface ControllerFixture extends AwsFixture {
  readonly classes: FakeKind<EC2NodeClass>;
  readonly claims: FakeKind<NodeClaim>;
  readonly nodes: FakeKind<Node>;
  readonly pools: FakeKind<NodePool>;
  /** `Reason: message` of every event, in order. */
  readonly events: string[];
  /** One run of a controller; milliseconds until the next. */
  readonly reconcile: (controller: string, key?: string) => Promise<number | undefined>;
  /** Lets the class controller resolve the class, and the provider see what it wrote. */
  readonly resolve: (nodeClass: EC2NodeClass) => Promise<EC2NodeClass>;
  /** Launches a claim and puts it among the claims, with what the launch said of it. */
  readonly launchClaim: (view: ClaimView, name?: string) => Promise<NodeClaim>;
}

/** As for the provider alone; an earlier process here has controllers too, and leaves its objects. */
export type ControllerOptions = Omit<FixtureOptions, "previous"> & { readonly previous?: ControllerFixture };

export async function createControllerFixture(options: ControllerOptions = {}): Promise<ControllerFixture> {
  const events: string[] = [];
  const recorder = {
    publish: ({ reason, message }: { reason: string; message: string }) => void events.push(`${reason}: ${message}`),
  };
  const fixture = await createAwsFixture({ events: recorder, ...options });
  const classes = options.previous?.classes ?? createFakeKind<EC2NodeClass>(ec2NodeClassType);
  const claims = options.previous?.claims ?? createFakeKind<NodeClaim>(nodeClaimType);
  const nodes = options.previous?.nodes ?? createFakeKind<Node>(nodeType);
  const pools = options.previous?.pools ?? createFakeKind<NodePool>(nodePoolType);
  const reconcilers = fixture.aws.reconcilers({
    kube: patchOnlyClient([classes, claims, nodes, pools] as unknown as readonly FakeKind<never>[]),
    ids: createIds(createSeededRandom("profiles")),
    events: recorder,
    nodeClasses: classes.informer,
    nodeClaims: claims.informer,
    nodes: nodes.informer,
    nodePools: pools.informer,
  });
  const reconcile: ControllerFixture["reconcile"] = async (name, key = "default") => {
    const controller = reconcilers.find((each) => each.name === name);
    if (controller === undefined) throw new Error(`no controller ${name}`);
    const result = await runOn(fixture.clock, Promise.resolve(controller.reconcile(key, new AbortController().signal)));
    return result?.requeueAfterMilliseconds;
  };
  return {
    ...fixture,
    classes,
    claims,
    nodes,
    pools,
    events,
    reconcile,
    resolve: async (nodeClass) => {
      classes.put(nodeClass);
      await reconcile("nodeclass", nodeClass.metadata.name);
      const resolved = classes.get(nodeClass.metadata.name ?? "");
      if (resolved === undefined) throw new Error("the class is gone");
      fixture.nodeClasses.set(nodeClass.metadata.name ?? "", resolved);
      return resolved;
    },
    launchClaim: async (view, name = "general-x") => {
      const outcome = await relaunch(fixture, view);
      if (!outcome.ok) throw new Error(outcome.failure.message);
      const claim = claimOfLaunch(view.claim, name, outcome.value);
      claims.put(claim);
      return claim;
    },
  };
}

const claimOfLaunch = (claim: NodeClaim, name: string, instance: CloudInstance): NodeClaim => ({
  ...claim,
  metadata: { ...claim.metadata, name, uid: `uid-${name}`, labels: { ...claim.metadata.labels, ...instance.labels } },
  status: {
    providerID: instance.providerId,
    nodeName: `node-of-${name}`,
    ...(instance.imageId === undefined ? {} : { imageID: instance.imageId }),
  },
});

export const classOf = (spec: Partial<EC2NodeClass["spec"]> = {}): EC2NodeClass => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default", uid: "uid-default", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
    role: "node",
    ...spec,
  },
});

export const nodeOf = (claim: NodeClaim, change: { labels?: Record<string, string>; memory?: string } = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: claim.status?.nodeName ?? "",
    uid: `uid-node-${claim.metadata.name}`,
    labels: { ...claim.metadata.labels, "karpenter.sh/registered": "true", ...change.labels },
  },
  spec: { providerID: claim.status?.providerID ?? "" },
  status: { capacity: { memory: change.memory ?? "7Gi" } },
});
