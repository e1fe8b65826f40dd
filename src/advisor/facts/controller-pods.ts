import { labels, type Node, type Pod } from "../../api/index.ts";
import { isControllers } from "./controller-marks.ts";
import type { Facts, Typed } from "./facts.ts";

export const controllerPods = ({ pods }: Facts): readonly Typed<Pod>[] =>
  pods.filter(({ object: { metadata, spec } }) =>
    isControllers({ labels: metadata.labels ?? {}, containers: spec.containers }),
  );

const fargateLabel = "eks.amazonaws.com/fargate-profile";

/** EKS labels pods that a Fargate profile has taken. */
export const isOnFargate = ({ object }: Typed<Pod>): boolean => object.metadata.labels?.[fargateLabel] !== undefined;

const conditionOf = ({ object: { status } }: Typed<Pod> | Typed<Node>): string | undefined =>
  status?.conditions?.find(({ type }) => type === "Ready")?.status;

export const isReady = (object: Typed<Pod> | Typed<Node>): boolean => conditionOf(object) === "True";

/** The pool of either era that a node belongs to. */
export const ownerOf = ({ object: { metadata } }: Typed<Node>): string | undefined =>
  metadata.labels?.[labels.nodePool] ?? metadata.labels?.[labels.provisionerName];

/** Virtual nodes hold one pod each, and nobody's controller. */
export const isFargateNode = ({ object }: Typed<Node>): boolean =>
  object.metadata.labels?.["eks.amazonaws.com/compute-type"] === "fargate";
