import { describe, expect, test } from "vitest";
import {
  type EC2NodeClass,
  type EC2NodeClassSpec,
  ec2NodeClassType,
  getCondition,
  isReady,
  legacyInstanceProfileName,
  type NodeClaim,
  nodeClaimType,
  nodePoolType,
  nodeType,
} from "../../src/api/index.ts";
import { createIds, createSeededRandom } from "../../src/platform/index.ts";
import { ServiceError } from "../../src/provider-aws/contract/index.ts";
import { createFakeKind, type FakeKind, patchOnlyClient } from "./fake-kube.ts";
import { type AwsFixture, createAwsFixture, type FixtureOptions, runOn } from "./fixture.ts";
import { claimOf, relaunch } from "./requests.ts";

interface Setup {
  readonly fixture: AwsFixture;
  readonly classes: FakeKind<EC2NodeClass>;
  readonly claims: FakeKind<NodeClaim>;
  readonly events: string[];
  /** Runs a controller once for the class. */
  readonly reconcile: (controller?: "nodeclass" | "nodeclass.hash") => Promise<number | undefined>;
  readonly read: () => EC2NodeClass;
}

const discovery = { "karpenter.sh/discovery": "karpenter-ts" };

const classOf = (spec: Partial<EC2NodeClassSpec> = {}): EC2NodeClass => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default", uid: "uid-1", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: discovery }],
    securityGroupSelectorTerms: [{ tags: discovery }],
    role: "KarpenterNodeRole",
    ...spec,
  },
});

async function setup(nodeClass: EC2NodeClass, options: FixtureOptions = {}): Promise<Setup> {
  const fixture = await createAwsFixture(options);
  const classes = createFakeKind<EC2NodeClass>(ec2NodeClassType);
  const claims = createFakeKind<NodeClaim>(nodeClaimType);
  classes.put(nodeClass);
  const events: string[] = [];
  const reconcilers = fixture.aws.reconcilers({
    kube: patchOnlyClient([classes, claims] as unknown as readonly FakeKind<never>[]),
    ids: createIds(createSeededRandom("profiles")),
    events: { publish: ({ reason, message }) => void events.push(`${reason}: ${message}`) },
    nodeClasses: classes.informer,
    nodeClaims: claims.informer,
    nodes: createFakeKind(nodeType).informer,
    nodePools: createFakeKind(nodePoolType).informer,
  });
  return {
    fixture,
    classes,
    claims,
    events,
    reconcile: async (name = "nodeclass") => {
      const controller = reconcilers.find((each) => each.name === name);
      const result = await runOn(
        fixture.clock,
        Promise.resolve(controller?.reconcile("default", new AbortController().signal)),
      );
      return result?.requeueAfterMilliseconds;
    },
    read: () => classes.get("default")!,
  };
}

const reasonOf = (nodeClass: EC2NodeClass, type: string): string | undefined => getCondition(nodeClass, type)?.reason;

describe("a class that the account can serve", () => {
  test("becomes ready in one run, with what its selectors match, and can be launched from", async () => {
    const { fixture, read, reconcile } = await setup(classOf());
    expect(await reconcile()).toBe(60_000);
    const { status, metadata } = read();
    expect(isReady(read())).toBe(true);
    expect(status?.subnets?.map(({ zone }) => zone).toSorted()).toEqual(["us-east-1a", "us-east-1b", "us-east-1c"]);
    expect(status?.securityGroups).toHaveLength(1);
    expect(metadata.finalizers).toEqual(["karpenter.k8s.aws/termination"]);
    fixture.nodeClasses.set("default", read());
    const launched = await relaunch(fixture, claimOf([]));
    expect(launched.ok && launched.value.annotations["karpenter.k8s.aws/instance-profile-name"]).toBe(
      status?.instanceProfile,
    );
  });

  test("is written once: a second run changes nothing", async () => {
    const { classes, reconcile } = await setup(classOf());
    await reconcile();
    const { length } = classes.patches;
    await reconcile();
    expect(classes.patches).toHaveLength(length);
  });

  test("[aws 9.5.88] resolves al2023@latest to images for both architectures, GPUs of both, and Neuron", async () => {
    const { read, reconcile } = await setup(classOf());
    await reconcile();
    const names = read().status?.amis?.map(({ name = "" }) => name.replace(/-1\.34.*/, "")) ?? [];
    expect(names.toSorted()).toEqual([
      "amazon-eks-node-al2023-arm64-nvidia",
      "amazon-eks-node-al2023-arm64-standard",
      "amazon-eks-node-al2023-x86_64-neuron",
      "amazon-eks-node-al2023-x86_64-nvidia",
      "amazon-eks-node-al2023-x86_64-standard",
    ]);
  });

  test("[aws 9.5.91] a GPU machine gets the nvidia image, an ordinary one the standard image", async () => {
    const { fixture, read, reconcile } = await setup(classOf());
    await reconcile();
    fixture.nodeClasses.set("default", read());
    const imageOf = async (type: string) => {
      const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "In", values: [type] }] as const;
      const launched = await relaunch(fixture, claimOf(requirements));
      const id = launched.ok ? launched.value.imageId : undefined;
      return read().status?.amis?.find((ami) => ami.id === id)?.name;
    };
    expect(await imageOf("g4dn.xlarge")).toContain("x86_64-nvidia");
    expect(await imageOf("m5.large")).toContain("x86_64-standard");
    expect(await imageOf("inf2.xlarge")).toContain("x86_64-neuron");
    expect(await imageOf("m6g.large")).toContain("arm64-standard");
  });

  test("[aws 9.7.116] with a role gets a profile under the class' own path, with the role attached", async () => {
    const { fixture, read, reconcile } = await setup(classOf({ role: "path/to/KarpenterNodeRole" }));
    await reconcile();
    const name = read().status?.instanceProfile ?? "";
    expect(name).toMatch(/^karpenter-ts_\d+$/);
    const { InstanceProfile } = await fixture.account.clients.iam.getInstanceProfile({ InstanceProfileName: name });
    expect(InstanceProfile).toMatchObject({
      Path: "/karpenter/us-east-1/karpenter-ts/uid-1/",
      Roles: [{ RoleName: "KarpenterNodeRole" }],
    });
  });

  test("[aws 9.7.117] gets a new profile when its role changes", async () => {
    const { classes, read, reconcile } = await setup(classOf());
    await reconcile();
    const before = read().status?.instanceProfile;
    classes.put({
      ...read(),
      spec: { ...read().spec, role: "Other" },
      metadata: { ...read().metadata, generation: 2 },
    });
    await reconcile();
    expect(read().status?.instanceProfile).not.toBe(before);
  });

  test("[aws 9.7.119] with a profile of its own causes no call of IAM", async () => {
    const { role: _, ...spec } = classOf().spec;
    const { fixture, read, reconcile } = await setup({ ...classOf(), spec: { ...spec, instanceProfile: "mine" } });
    await reconcile();
    expect(read().status?.instanceProfile).toBe("mine");
    expect([...fixture.account.calls.keys()].filter((call) => call.startsWith("IAM"))).toEqual([]);
  });

  test("[aws 9.7.120] keeps its profile when the write of its status was lost", async () => {
    const { classes, read, reconcile } = await setup(classOf());
    await reconcile();
    const { instanceProfile } = read().status ?? {};
    classes.put(classOf());
    await reconcile();
    expect(read().status?.instanceProfile).toBe(instanceProfile);
  });
});

describe("a class that cannot be served", () => {
  test("[aws 9.4.85] says which selector matches nothing, and is looked at again in a minute", async () => {
    const { read, reconcile } = await setup({
      ...classOf({
        subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "other" } }],
        securityGroupSelectorTerms: [{ name: "no-such-group" }],
      }),
      status: { subnets: [{ id: "subnet-1", zone: "us-east-1a" }], securityGroups: [{ id: "sg-1", name: "old" }] },
    });
    expect(await reconcile()).toBe(60_000);
    expect(read().status).toMatchObject({ subnets: [], securityGroups: [] });
    expect(getCondition(read(), "SubnetsReady")).toMatchObject({
      reason: "SubnetsNotFound",
      message: "SubnetSelector did not match any Subnets",
    });
    expect(getCondition(read(), "SecurityGroupsReady")).toMatchObject({
      reason: "SecurityGroupsNotFound",
      message: "SecurityGroupSelector did not match any SecurityGroups",
    });
    expect(reasonOf(read(), "ValidationSucceeded")).toBe("DependenciesNotReady");
    expect(getCondition(read(), "Ready")).toMatchObject({ status: "False", reason: "UnhealthyDependents" });
  });

  test("[aws 9.5.90] says that an alias has no images for this version of Kubernetes", async () => {
    for (const alias of ["al2@latest", "windows2025@latest"]) {
      const { read, reconcile } = await setup(classOf({ amiSelectorTerms: [{ alias }] }));
      await reconcile();
      expect(reasonOf(read(), "AMIsReady")).toBe("UnsupportedAlias");
    }
  });

  test("[aws 9.5.88] fails when none of the alias' parameters exists", async () => {
    const { read, reconcile } = await setup(classOf({ amiSelectorTerms: [{ alias: "al2023@v20200101" }] }));
    await expect(reconcile()).rejects.toThrow('failed to discover any AMIs for alias "al2023@v20200101"');
    expect(getCondition(read(), "SubnetsReady")?.status).toBe("True");
    expect(getCondition(read(), "AMIsReady")?.status).toBe("Unknown");
  });

  test("[aws 9.7.118] whose role does not exist leaves no profile behind, and is not tried again within a minute", async () => {
    const { fixture, reconcile } = await setup(classOf({ role: "Missing" }), { account: { roles: ["Other"] } });
    await expect(reconcile()).rejects.toThrow("The role with name Missing cannot be found");
    await expect(reconcile()).rejects.toThrow("The role with name Missing cannot be found");
    expect(fixture.account.calls.get("IAM CreateInstanceProfile")).toBe(1);
    expect(fixture.account.calls.get("IAM DeleteInstanceProfile")).toBe(1);
    await fixture.clock.advance(61_000);
    await expect(reconcile()).rejects.toThrow();
    expect(fixture.account.calls.get("IAM CreateInstanceProfile")).toBe(2);
  });

  test("[aws 9.7.125] whose tags are the controller's own fails validation", async () => {
    const { read, reconcile } = await setup(classOf({ tags: { "eks:eks-cluster-name": "x" } }));
    await reconcile();
    expect(reasonOf(read(), "ValidationSucceeded")).toBe("TagValidationFailed");
  });

  test("whose kubelet settings are wrong says which", async () => {
    const { read, reconcile } = await setup(classOf({ kubelet: { podsPerCore: -1 } }));
    await reconcile();
    expect(getCondition(read(), "ValidationSucceeded")).toMatchObject({
      reason: "InvalidKubeletConfiguration",
      message: expect.stringMatching(/^spec\.kubelet\.podsPerCore: .*must not be negative/),
    });
  });

  test("[aws 9.7.124] whose family does not apply a kubelet field is refused, AL2023 applies all", async () => {
    const kubelet = { containerLogMaxFiles: 3 };
    const bottlerocket = await setup(classOf({ amiSelectorTerms: [{ alias: "bottlerocket@latest" }], kubelet }));
    await bottlerocket.reconcile();
    expect(reasonOf(bottlerocket.read(), "ValidationSucceeded")).toBe("UnsupportedKubeletConfiguration");
    const al2023 = await setup(classOf({ kubelet }));
    await al2023.reconcile();
    expect(isReady(al2023.read())).toBe(true);
  });

  test("whose kubelet settings are expressions is refused while the gate is off", async () => {
    const { read, reconcile } = await setup(classOf({ kubelet: { maxPods: "vcpus * 10" } }));
    await reconcile();
    expect(getCondition(read(), "ValidationSucceeded")).toMatchObject({
      reason: "KubeletExpressionsDisabled",
      message: expect.stringContaining('spec.kubelet.maxPods: "vcpus * 10"'),
    });
  });

  test("whose cluster EKS does not know says so", async () => {
    const { read, reconcile } = await setup(classOf(), {
      wrapClients: (clients) => ({
        ...clients,
        eks: {
          describeCluster: () => Promise.reject(new ServiceError("ResourceNotFoundException", "No cluster found")),
        },
      }),
    });
    await reconcile();
    expect(getCondition(read(), "ValidationSucceeded")).toMatchObject({
      reason: "ClusterCIDRResolutionFailed",
      message: expect.stringContaining("No cluster found"),
    });
  });
});

describe("a class that is deleted", () => {
  const deleted = (nodeClass: EC2NodeClass): EC2NodeClass => ({
    ...nodeClass,
    metadata: { ...nodeClass.metadata, deletionTimestamp: "2026-01-01T01:00:00Z" },
  });

  test("[aws 9.7.127] waits for its claims, then leaves neither profile nor template behind", async () => {
    const { fixture, classes, claims, events, read, reconcile } = await setup(classOf());
    await reconcile();
    fixture.nodeClasses.set("default", read());
    await relaunch(fixture, claimOf([]));
    expect(fixture.account.inventory().launchTemplates).toBeGreaterThan(0);
    claims.put(claimOf([]).claim);
    classes.put(deleted(read()));
    expect(await reconcile()).toBe(600_000);
    expect(events).toEqual(["WaitingOnNodeClaimTermination: Waiting on NodeClaim termination for general-x"]);
    claims.delete("general-x");
    await reconcile();
    expect(classes.get("default")).toBeUndefined();
    expect(fixture.account.inventory().launchTemplates).toBe(0);
    const { InstanceProfiles } = await fixture.account.clients.iam.listInstanceProfiles({});
    expect(InstanceProfiles).toEqual([]);
  });

  // Reckoned by the Go library that upstream hashes with, hashstructure v2.0.2 in its second format.
  test.each([
    ["us-east-1", "default", "15843455441266977890"],
    ["eu-west-1", "general", "10627412334252373213"],
    ["ap-southeast-1", "gpu-pool", "6606929268241916938"],
  ])("knows the name of upstream's early profile for %s and %s", (region, className, hash) => {
    expect(legacyInstanceProfileName({ clusterName: "cluster", region, className })).toBe(`cluster_${hash}`);
  });

  test("takes along the profile that upstream made under a name without a random part", async () => {
    const { fixture, classes, read, reconcile } = await setup(classOf());
    const { iam } = fixture.account.clients;
    const { clusterName, region } = fixture.account;
    const name = legacyInstanceProfileName({ clusterName, region, className: "default" }) ?? "";
    await iam.createInstanceProfile({ InstanceProfileName: name });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: "karpenter-node" });
    await reconcile();
    classes.put(deleted(read()));
    await reconcile();
    expect((await iam.listInstanceProfiles({})).InstanceProfiles).toEqual([]);
    expect(classes.get("default")).toBeUndefined();
  });

  test("[aws 9.7.128] causes no call of IAM in an isolated VPC", async () => {
    const { fixture, classes, read, reconcile } = await setup(classOf(), { provider: { isolatedVpc: true } });
    await reconcile();
    classes.put(deleted(read()));
    await reconcile();
    expect(fixture.account.calls.has("IAM ListInstanceProfiles")).toBe(false);
    expect(classes.get("default")).toBeUndefined();
  });
});

describe("drift", () => {
  const launchedClaim = async (setupOf: Setup): Promise<NodeClaim> => {
    const { fixture, read } = setupOf;
    fixture.nodeClasses.set("default", read());
    const view = claimOf([]);
    const launched = await relaunch(fixture, view);
    if (!launched.ok) throw new Error(launched.failure.message);
    const { labels, annotations, providerId, imageId = "" } = launched.value;
    const metadata = { ...view.claim.metadata, labels: { ...labels, ...view.claim.metadata.labels }, annotations };
    return { ...view.claim, metadata, status: { providerID: providerId, imageID: imageId } };
  };
  const reason = ({ fixture }: Setup, claim: NodeClaim) =>
    fixture.run(
      fixture.aws.cloudProvider.driftReason({ ...claimOf([]), claim }, { signal: new AbortController().signal }),
    );

  test("[aws 9.6.109] a static field changed is drift, a selector changed is not", async () => {
    const all = await setup(classOf());
    await all.reconcile();
    await all.reconcile("nodeclass.hash");
    const claim = await launchedClaim(all);
    expect(await reason(all, claim)).toBeUndefined();
    const change = async (spec: Partial<EC2NodeClassSpec>) => {
      all.classes.put({ ...all.read(), spec: { ...all.read().spec, ...spec } });
      await all.reconcile("nodeclass.hash");
      all.fixture.nodeClasses.set("default", all.read());
    };
    await change({ subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "*" } }] });
    expect(await reason(all, claim)).toBeUndefined();
    await change({ detailedMonitoring: true });
    expect(await reason(all, claim)).toBe("NodeClassDrift");
  });

  test("[aws 9.6.109] an old way of hashing is replaced on class and claims without drift", async () => {
    const all = await setup(classOf());
    await all.reconcile();
    const old = { "karpenter.k8s.aws/ec2nodeclass-hash": "1", "karpenter.k8s.aws/ec2nodeclass-hash-version": "v4" };
    const claim = claimOf([]).claim;
    all.claims.put({ ...claim, metadata: { ...claim.metadata, annotations: old } });
    all.classes.put({ ...all.read(), metadata: { ...all.read().metadata, annotations: old } });
    await all.reconcile("nodeclass.hash");
    const stamped = all.claims.get("general-x")?.metadata.annotations;
    expect(stamped).toEqual(all.read().metadata.annotations);
    expect(stamped?.["karpenter.k8s.aws/ec2nodeclass-hash-version"]).toBe("v6");
  });

  test("a class as Karpenter 1.14 leaves it keeps its stamp, and so do new claims; edited, it drifts them", async () => {
    const all = await setup(classOf());
    await all.reconcile();
    const released = {
      "karpenter.k8s.aws/ec2nodeclass-hash": "77",
      "karpenter.k8s.aws/ec2nodeclass-hash-version": "v5",
    };
    all.classes.put({ ...all.read(), metadata: { ...all.read().metadata, annotations: released } });
    await all.reconcile("nodeclass.hash");
    expect(all.read().metadata.annotations).toEqual(released);
    const claim = await launchedClaim(all);
    expect(claim.metadata.annotations).toMatchObject(released);
    expect(await reason(all, claim)).toBeUndefined();
    all.claims.put({ ...claim, metadata: { ...claim.metadata, name: "general-x" } });
    const { metadata, spec } = all.read();
    all.classes.put({
      ...all.read(),
      metadata: { ...metadata, generation: 2 },
      spec: { ...spec, detailedMonitoring: true },
    });
    await all.reconcile("nodeclass.hash");
    all.fixture.nodeClasses.set("default", all.read());
    expect(all.read().metadata.annotations?.["karpenter.k8s.aws/ec2nodeclass-hash-version"]).toBe("v6");
    expect(await reason(all, all.claims.get("general-x")!)).toBe("NodeClassDrift");
  });

  test.each([
    ["AMIDrift", { amis: [{ id: "ami-new", requirements: [] }] }],
    ["SecurityGroupDrift", { securityGroups: [{ id: "sg-new" }] }],
    ["SubnetDrift", { subnets: [{ id: "subnet-new", zone: "us-east-1a" }] }],
  ])("[aws 9.6.110] %s when the status no longer has what the instance was launched with", async (expected, status) => {
    const all = await setup(classOf());
    await all.reconcile();
    const claim = await launchedClaim(all);
    all.fixture.nodeClasses.set("default", { ...all.read(), status: { ...all.read().status, ...status } });
    expect(await reason(all, claim)).toBe(expected);
  });
});
