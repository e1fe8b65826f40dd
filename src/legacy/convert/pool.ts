/** Provisioner to NodePool (spec: v1alpha5 5.1). */
import {
  eraAnnotations,
  type EraDefaults,
  type NodePool,
  type Provisioner,
  type ProvisionerSpec,
  withProvisionerDefaults,
} from "../../api/index.ts";
import { eraBudgets, eraDisruption } from "../views/pool-view.ts";
import { convertedMetadata, type ConvertedObject, type Loss, lossOf, type Move } from "./conversion.ts";
import { renameAnnotations } from "./rename-texts.ts";

export interface PoolConversionOptions {
  readonly defaults: EraDefaults | "none";
  /** The EC2NodeClass that takes the place of template or inline provider. */
  readonly className: string;
}

export function convertPool(provisioner: Provisioner, { defaults, className }: PoolConversionOptions): ConvertedObject {
  const { spec = {} } = defaults === "none" ? provisioner : withProvisionerDefaults(provisioner, defaults);
  const pool: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: convertedMetadata(provisioner.metadata),
    spec: {
      template: { ...templateMetadata(spec), spec: templateSpec(spec, className) },
      disruption: { ...eraDisruption(spec), budgets: eraBudgets },
      ...(spec.limits?.resources === undefined ? {} : { limits: spec.limits.resources }),
      ...(spec.weight === undefined ? {} : { weight: spec.weight }),
    },
  };
  return { object: pool, moves: poolMoves };
}

function templateMetadata(spec: ProvisionerSpec): Pick<NodePool["spec"]["template"], "metadata"> {
  const { labels, annotations } = spec;
  if (labels === undefined && annotations === undefined) return {};
  return {
    metadata: {
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations: renameAnnotations(annotations) }),
    },
  };
}

function templateSpec(spec: ProvisionerSpec, className: string): NodePool["spec"]["template"]["spec"] {
  const { taints, startupTaints, requirements = [], ttlSecondsUntilExpired } = spec;
  return {
    ...(taints === undefined ? {} : { taints }),
    ...(startupTaints === undefined ? {} : { startupTaints }),
    requirements,
    nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: className },
    expireAfter: ttlSecondsUntilExpired === undefined ? "Never" : `${ttlSecondsUntilExpired}s`,
  };
}

const poolMoves: readonly Move[] = [
  { from: ["metadata"], to: ["metadata"] },
  { from: ["spec"], to: ["spec"] },
  { from: ["spec", "labels"], to: ["spec", "template", "metadata", "labels"] },
  { from: ["spec", "annotations"], to: ["spec", "template", "metadata", "annotations"] },
  { from: ["spec", "taints"], to: ["spec", "template", "spec", "taints"] },
  { from: ["spec", "startupTaints"], to: ["spec", "template", "spec", "startupTaints"] },
  { from: ["spec", "requirements"], to: ["spec", "template", "spec", "requirements"] },
  { from: ["spec", "providerRef"], to: ["spec", "template", "spec", "nodeClassRef"] },
  { from: ["spec", "ttlSecondsUntilExpired"], to: ["spec", "template", "spec", "expireAfter"] },
  { from: ["spec", "ttlSecondsAfterEmpty"], to: ["spec", "disruption", "consolidateAfter"] },
  { from: ["spec", "consolidation"], to: ["spec", "disruption"] },
  { from: ["spec", "consolidation", "enabled"], to: ["spec", "disruption", "consolidationPolicy"] },
  { from: ["spec", "limits"], to: ["spec", "limits"] },
  { from: ["spec", "limits", "resources"], to: ["spec", "limits"] },
  { from: ["spec", "weight"], to: ["spec", "weight"] },
];

/** Everything of a Provisioner that v1 cannot hold, or means otherwise. */
export function poolLosses(provisioner: Provisioner): readonly Loss[] {
  const { spec = {}, status } = provisioner;
  return [
    ...timerLosses(spec),
    ...taintLosses(spec),
    ...requirementLosses(spec),
    ...kubeletLosses(spec),
    ...annotationLosses(spec),
    ...(status?.lastScaleTime === undefined
      ? []
      : [
          lossOf(
            ["status", "lastScaleTime"],
            "v1 has no such field",
            "nothing to do: no controller has kept it since v0.16",
          ),
        ]),
  ];
}

function timerLosses(spec: ProvisionerSpec): readonly Loss[] {
  const losses: Loss[] = [];
  if (spec.ttlSecondsUntilExpired !== undefined) {
    losses.push(
      lossOf(
        ["spec", "ttlSecondsUntilExpired"],
        "expiry is forceful in v1: the node is deleted without a replacement first, and do-not-disrupt pods do not stop it",
        "set spec.template.spec.terminationGracePeriod to bound the drain, or leave renewal to drift",
      ),
    );
  }
  if (spec.ttlSecondsAfterEmpty !== undefined && spec.consolidation?.enabled === true) {
    losses.push(
      lossOf(
        ["spec", "ttlSecondsAfterEmpty"],
        "consolidation is on too, which wins; the TTL is dropped",
        "keep one of ttlSecondsAfterEmpty and consolidation",
      ),
    );
  }
  return losses;
}

function taintLosses(spec: ProvisionerSpec): readonly Loss[] {
  return (["taints", "startupTaints"] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((taint, index) =>
      (taint.effect as string | undefined) === undefined || (taint.effect as string) === ""
        ? [
            lossOf(
              ["spec", list, index],
              `taint ${taint.key} has no effect, which no Node accepts`,
              "write effect: NoSchedule, PreferNoSchedule or NoExecute",
            ),
          ]
        : [],
    ),
  );
}

const mostRequirements = 100;
const lookAlike = /^node\.kubernetes\.io\/instance-(family|category|generation|size|cpu|memory)$/;

function requirementLosses({ requirements = [] }: ProvisionerSpec): readonly Loss[] {
  const alike = requirements.flatMap(({ key }, index) =>
    lookAlike.test(key)
      ? [
          lossOf(
            ["spec", "requirements", index, "key"],
            `${key} is no label of machines: it selects no hardware in either version`,
            `write ${key.replace("node.kubernetes.io/", "karpenter.k8s.aws/")}`,
          ),
        ]
      : [],
  );
  if (requirements.length <= mostRequirements) return alike;
  const text = `${requirements.length} requirements, v1 takes ${mostRequirements}`;
  return [...alike, lossOf(["spec", "requirements"], text, "join requirements of one key")];
}

function kubeletLosses({ kubeletConfiguration: kubelet }: ProvisionerSpec): readonly Loss[] {
  const losses: Loss[] = [];
  if (kubelet?.containerRuntime === "dockerd") {
    const path = ["spec", "kubeletConfiguration", "containerRuntime"];
    losses.push(lossOf(path, "v1 has no container runtime but containerd", "check that nothing needs dockerd"));
  }
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = kubelet ?? {};
  if (high !== undefined && high === low) {
    const path = ["spec", "kubeletConfiguration", "imageGCLowThresholdPercent"];
    losses.push(lossOf(path, `equal thresholds are refused by v1; ${high - 1} is written`, "choose a lower threshold"));
  }
  return losses;
}

function annotationLosses({ annotations = {} }: ProvisionerSpec): readonly Loss[] {
  const key = eraAnnotations.doNotConsolidate;
  if (annotations[key] !== "true") return [];
  return [
    lossOf(
      ["spec", "annotations", key],
      "becomes karpenter.sh/do-not-disrupt, which stops drift as well",
      "where drift is wanted, use consolidateAfter: Never in the pool's disruption instead",
    ),
  ];
}
