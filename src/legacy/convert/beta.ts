/** v1beta1 to v1 (spec: v1alpha5 5.1 and 5.2, second columns). */
import { annotations, type EC2NodeClass, type KubeObject, type NodePool } from "../../api/index.ts";
import { amiTerms } from "../views/class-view.ts";
import type { BetaNodeClass, BetaNodePool } from "./beta-kinds.ts";
import type { ClassVariant } from "./class-plan.ts";
import { convertedMetadata, type ConvertedObject, type Loss, lossOf, type Move } from "./conversion.ts";

const betaPoolVersion = "karpenter.sh/v1beta1";
const betaClassVersion = "karpenter.k8s.aws/v1beta1";

export const isBetaPool = (object: KubeObject): object is BetaNodePool =>
  object.apiVersion === betaPoolVersion && object.kind === "NodePool";

export const isBetaClass = (object: KubeObject): object is BetaNodeClass =>
  object.apiVersion === betaClassVersion && object.kind === "EC2NodeClass";

/** Kinds of the years between, as the controller names them when it meets them. */
export const isBetaObject = (object: KubeObject): boolean =>
  object.apiVersion === betaPoolVersion || object.apiVersion === betaClassVersion;

export const betaClassName = (pool: BetaNodePool): string => pool.spec.template.spec.nodeClassRef?.name ?? "default";

const defaultExpiry = "720h";

export function convertBetaPool(pool: BetaNodePool, className: string): ConvertedObject {
  const { template, disruption = {}, limits, weight } = pool.spec;
  const { kubelet: _kubelet, resources: _resources, nodeClassRef: _ref, ...kept } = template.spec;
  const converted: NodePool = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: convertedMetadata(withoutHash(pool).metadata),
    spec: {
      template: {
        ...(template.metadata === undefined ? {} : { metadata: template.metadata }),
        spec: {
          ...kept,
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: className },
          expireAfter: disruption.expireAfter ?? defaultExpiry,
        },
      },
      disruption: convertDisruption(disruption),
      ...(limits === undefined ? {} : { limits }),
      ...(weight === undefined ? {} : { weight }),
    },
  };
  return { object: converted, moves: betaPoolMoves };
}

const betaPoolMoves: readonly Move[] = [
  { from: ["metadata"], to: ["metadata"] },
  { from: ["spec"], to: ["spec"] },
  { from: ["spec", "disruption", "expireAfter"], to: ["spec", "template", "spec", "expireAfter"] },
];

/** Of v1beta1 to consolidate at once was the only way for underutilized nodes. */
function convertDisruption({
  consolidationPolicy = "WhenUnderutilized",
  consolidateAfter,
  budgets,
}: NonNullable<BetaNodePool["spec"]["disruption"]>): NonNullable<NodePool["spec"]["disruption"]> {
  const whenEmpty = consolidationPolicy === "WhenEmpty";
  return {
    consolidationPolicy: whenEmpty ? "WhenEmpty" : "WhenEmptyOrUnderutilized",
    consolidateAfter: consolidateAfter ?? (whenEmpty ? "Never" : "0s"),
    ...(budgets === undefined ? {} : { budgets }),
  };
}

function withoutHash<T extends KubeObject>(object: T): T {
  const {
    [annotations.nodePoolHash]: _hash,
    [annotations.nodePoolHashVersion]: _version,
    ...kept
  } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}

export function betaPoolLosses({ spec }: BetaNodePool): readonly Loss[] {
  const { resources, nodeClassRef } = spec.template.spec;
  const { expireAfter = defaultExpiry } = spec.disruption ?? {};
  const losses: Loss[] = [];
  if (expireAfter !== "Never") {
    losses.push(
      lossOf(
        ["spec", "disruption", "expireAfter"],
        "expiry is forceful in v1: the node is deleted without a replacement first, and budgets do not hold it",
        "set spec.template.spec.terminationGracePeriod to bound the drain, or leave renewal to drift",
      ),
    );
  }
  if (resources !== undefined) {
    losses.push(lossOf(["spec", "template", "spec", "resources"], "v1 has no such field", "use spec.limits"));
  }
  if (nodeClassRef?.kind !== undefined && nodeClassRef.kind !== "EC2NodeClass") {
    const path = ["spec", "template", "spec", "nodeClassRef", "kind"];
    losses.push(lossOf(path, `${nodeClassRef.kind} is written as EC2NodeClass`, "name an EC2NodeClass"));
  }
  return losses;
}

/** The metadata service of v1beta1 allowed two hops where the block was left out. */
const betaMetadataOptions = {
  httpEndpoint: "enabled",
  httpProtocolIPv6: "disabled",
  httpPutResponseHopLimit: 2,
  httpTokens: "required",
} as const;

export function convertBetaClass(nodeClass: BetaNodeClass, { name, kubelet }: ClassVariant): ConvertedObject {
  const { amiFamily = "AL2", amiSelectorTerms, metadataOptions, ...kept } = nodeClass.spec;
  const written = amiSelectorTerms !== undefined && amiSelectorTerms.length > 0;
  const terms = written ? amiSelectorTerms : betaTerms(amiFamily);
  const aliased = terms.some(({ alias }) => alias !== undefined);
  const family = (amiFamily === "Ubuntu" ? "AL2" : amiFamily) as NonNullable<EC2NodeClass["spec"]["amiFamily"]>;
  const converted: EC2NodeClass = {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: convertedMetadata(nodeClass.metadata, name),
    spec: {
      ...(aliased ? {} : { amiFamily: family }),
      amiSelectorTerms: terms,
      ...kept,
      ...(kubelet === undefined ? {} : { kubelet }),
      metadataOptions: { ...betaMetadataOptions, ...metadataOptions },
    },
  };
  return {
    object: converted,
    moves: [
      { from: ["metadata"], to: ["metadata"] },
      { from: ["spec"], to: ["spec"] },
    ],
  };
}

const betaTerms = (amiFamily: string) =>
  amiFamily === "AL2023" ? [{ alias: "al2023@latest" }] : amiTerms({ amiFamily });

export function betaClassLosses({ spec }: BetaNodeClass): readonly Loss[] {
  const hasTerms = (spec.amiSelectorTerms ?? []).length > 0;
  if (spec.amiFamily !== "Ubuntu" || hasTerms) return [];
  return [
    lossOf(
      ["spec", "amiFamily"],
      "v1 has no Ubuntu: AL2 bootstrap with Canonical's images of 20.04 is written",
      "check the terms of amiSelectorTerms, or move to AL2023 or Bottlerocket",
    ),
  ];
}
