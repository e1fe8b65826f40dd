import type { KubeObject, Pod, PodTemplateSpec } from "../../api/index.ts";
import { podFromTemplate as podOf, type PodIdentity } from "../../core/index.ts";
import { controllerReference } from "../stand-ins/ownership.ts";

/** A pod of `owner` from its template. Names are chosen here, so that an own creation is known before the cache shows it. */
export const podFromTemplate = (
  owner: KubeObject,
  template: PodTemplateSpec,
  identity: Omit<PodIdentity, "owner" | "uid">,
): Pod => podOf(owner, template, { ...identity, owner: controllerReference(owner) });

/** Kubernetes cuts the base of a generated name so that the suffix fits into 63 characters. */
export const generatedName = (base: string, suffix: string): string => `${base.slice(0, 63 - suffix.length)}${suffix}`;
