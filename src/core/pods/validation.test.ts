import { describe, expect, it } from "vitest";
import type {
  NodeSelectorRequirement,
  ObjectMeta,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  StorageClass,
} from "../../api/index.ts";
import { podRefusal } from "./validation.ts";
import type { StorageObjects } from "./volumes.ts";

const pod = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: { containers: [], ...spec },
});

const required = (...matchExpressions: readonly NodeSelectorRequirement[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});

const nothing: StorageObjects = {
  persistentVolumeClaims: new Map(),
  persistentVolumes: new Map(),
  storageClasses: new Map(),
};

const textOf = (candidate: Pod, objects: StorageObjects = nothing) => podRefusal(candidate, { objects })?.text;

describe("a pod that is left out", () => {
  it("is not a plain one", () => {
    expect(
      podRefusal(pod({ nodeSelector: { "kubernetes.io/arch": "amd64", team: "a" } }), { objects: nothing }),
    ).toBeUndefined();
  });

  it("[scheduling A13] wants no Karpenter node, and no event either", () => {
    const averse = pod(required({ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }));
    expect(podRefusal(averse, { objects: nothing })).toEqual({
      reasons: [
        {
          layer: "pod",
          code: "avoids-our-nodes",
          text: "configured to not run on a Karpenter provisioned node (requirement=karpenter.sh/nodepool DoesNotExist)",
        },
      ],
      text: "ignoring pod, configured to not run on a Karpenter provisioned node (requirement=karpenter.sh/nodepool DoesNotExist)",
      quiet: true,
    });
  });

  it("must want all kinds of our nodes absent where there are two", () => {
    const averse = pod(required({ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }));
    const ownerLabels = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];
    expect(podRefusal(averse, { objects: nothing, ownerLabels })).toBeUndefined();
  });

  it.each([
    ["[scheduling A14]", { "kubernetes.io/hostname": "n" }, 'label "kubernetes.io/hostname" is restricted'],
    ["[scheduling A15]", { "karpenter.sh/unknown": "n" }, "label karpenter.sh/unknown is restricted"],
    ["a bad key", { "a/b/c": "n" }, "is not a qualified name"],
    ["a bad value", { team: "a b" }, "invalid value a b for key team"],
    ["an unknown capacity type", { "karpenter.sh/capacity-type": "free" }, "no valid values found in free"],
  ])("%s selects on %j", (_, nodeSelector, text) => {
    expect(textOf(pod({ nodeSelector }))).toContain(text);
  });

  it.each<readonly [NodeSelectorRequirement, string]>([
    [{ key: "team", operator: "In" }, "must have a value defined"],
    [{ key: "size", operator: "Gt", values: ["big"] }, "single positive integer"],
    [{ key: "size", operator: "Gt", values: ["1", "2"] }, "single positive integer"],
    [{ key: "size", operator: "Like" as "In", values: ["1"] }, "unsupported operator Like"],
  ])("requires %o", (expression, text) => {
    expect(textOf(pod(required(expression)))).toContain(text);
  });

  it("[scheduling A17] requires a field of the node", () => {
    const terms = [{ matchFields: [{ key: "metadata.name", operator: "In" as const, values: ["n"] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
    expect(textOf(pod({ affinity }))).toBe("ignoring pod, node selector term with matchFields is not supported");
  });

  it("is not one with a preference that could not be required", () => {
    const preference = { matchExpressions: [{ key: "karpenter.sh/unknown", operator: "Exists" as const }] };
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } };
    expect(textOf(pod({ affinity }))).toBeUndefined();
  });

  it("asks for a quantity that is none, which is quoted", () => {
    const containers = [{ name: "main", resources: { requests: { cpu: "1e400" } } }];
    expect(textOf(pod({ containers }))).toContain('"1e400"');
  });

  it("names all faults", () => {
    const faulty = pod({
      nodeSelector: { "kubernetes.io/hostname": "n" },
      ...required({ key: "team", operator: "In" }),
    });
    expect(podRefusal(faulty, { objects: nothing })?.reasons.map(({ code }) => code)).toEqual([
      "node-selector",
      "node-affinity",
    ]);
  });
});

describe("volumes", () => {
  const claim = (
    spec: PersistentVolumeClaim["spec"],
    metadata: ObjectMeta = {},
    phase?: "Lost",
  ): PersistentVolumeClaim => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default", ...metadata },
    spec,
    ...(phase === undefined ? {} : { status: { phase } }),
  });
  const waiting: StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "gp3" },
    provisioner: "kubernetes.io/aws-ebs",
    volumeBindingMode: "WaitForFirstConsumer",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["a"] }] }],
  };
  const { volumeBindingMode: _, ...immediate } = waiting;
  const volume = { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "pv" }, spec: {} };
  const bound = { metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } } };
  const holding = (
    persistentVolumeClaim: PersistentVolumeClaim | undefined,
    more: Partial<StorageObjects> = {},
  ): StorageObjects => ({
    ...nothing,
    ...(persistentVolumeClaim === undefined
      ? {}
      : { persistentVolumeClaims: new Map([["default/data", persistentVolumeClaim]]) }),
    ...more,
  });
  const classes = (storageClass: StorageClass) => ({ storageClasses: new Map([["gp3", storageClass]]) });
  const volumes = { persistentVolumes: new Map([["pv", volume]]) };
  const mounting = pod({ volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] });

  it.each<readonly [string, StorageObjects, string | undefined]>([
    ["missing", holding(undefined), 'persistentvolumeclaim "default/data" not found'],
    [
      "going",
      holding(claim({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })),
      "persistentvolumeclaim is being deleted",
    ],
    ["lost", holding(claim({}, {}, "Lost")), "persistentvolumeclaim bound to non-existent persistentvolume"],
    ["without class", holding(claim({})), "unbound pvc must define a storage class"],
    [
      "of no class",
      holding(claim({ storageClassName: "gp3" })),
      'failed to validate pvc, failed to get storage class "gp3"',
    ],
    [
      "of an immediate class",
      holding(claim({ storageClassName: "gp3" }), classes(immediate)),
      "failed to validate pvc, pvc with immediate volume binding mode must be bound",
    ],
    ["waiting", holding(claim({ storageClassName: "gp3" }), classes(waiting)), undefined],
    [
      "bound to nothing",
      holding(claim({ volumeName: "pv" })),
      'failed to validate pvc, persistentvolume "pv" not found',
    ],
    [
      "not yet bound",
      holding(claim({ volumeName: "pv" }), volumes),
      "pvc is considered unbound because it does not contain annotation pv.kubernetes.io/bind-completed",
    ],
    ["bound", holding(claim({ volumeName: "pv" }, bound.metadata), volumes), undefined],
  ])("whose claim is %s", (_case, objects, problem) => {
    expect(textOf(mounting, objects)).toBe(problem === undefined ? undefined : `ignoring pod, ${problem}`);
  });

  it("made for the pod alone are named after it", () => {
    const ephemeral = pod({
      volumes: [
        { name: "scratch", ephemeral: {} },
        { name: "tmp", emptyDir: {} },
      ],
    });
    expect(textOf(ephemeral)).toBe('ignoring pod, persistentvolumeclaim "default/p-scratch" not found');
  });

  it("that the provider cannot serve are refused", () => {
    const objects = holding(claim({ storageClassName: "gp3" }), classes(waiting));
    const refuse = (unsupportedProvisioners: string[], unsupportedTopologyKeys: string[]) =>
      podRefusal(mounting, {
        objects,
        storage: {
          unsupportedProvisioners: new Set(unsupportedProvisioners),
          unsupportedTopologyKeys: new Set(unsupportedTopologyKeys),
        },
      })?.text;
    expect(refuse(["ebs.csi.aws.com"], [])).toContain("failed to validate pvc, provisioner is not supported");
    expect(refuse([], ["zone"])).toContain("failed to validate pvc, storage class uses unsupported topology key");
  });
});
