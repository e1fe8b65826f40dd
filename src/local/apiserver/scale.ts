/** The scale subresource: a view of the replica count of a kind that has one. */
import type { LabelSelector } from "../../api/index.ts";
import { isRecord, type ApiObject } from "../store/api-object.ts";
import { valueAt, withMetadata, withValueAt } from "../store/field-path.ts";
import { present, type ApiCore, type WriteSettings } from "./api-core.ts";
import { badRequest, conflict, invalid, invalidValue, notServed, staleVersion } from "./faults.ts";
import type { Served } from "./registry.ts";
import { resourceName, type ScalePaths } from "./resource.ts";
import { storedObject } from "./stored.ts";
import { replaceObject } from "./update.ts";

export interface ScaleTarget {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** `autoscaling/v1` Scale of an object. */
export function scaleOf(served: Served, target: ScaleTarget): ApiObject {
  const object = storedObject(served, target.name, target.namespace);
  return scaleView(object, pathsOf(served));
}

function pathsOf(served: Served): ScalePaths {
  const { scale } = served.definition;
  if (scale === undefined) throw notServed();
  return scale;
}

function scaleView(object: ApiObject, paths: ScalePaths): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths.selector === undefined ? undefined : selectorText(valueAt(object, paths.selector));
  const replicas = Number(valueAt(object, paths.specReplicas) ?? 0);
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: withMetadata(
      { apiVersion: "", kind: "", metadata: {} },
      { name, namespace, uid, resourceVersion, creationTimestamp },
    ).metadata,
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: Number(valueAt(object, paths.statusReplicas) ?? 0),
      ...(selector === undefined ? {} : { selector }),
    },
  };
}

function selectorText(selector: unknown): string | undefined {
  if (typeof selector === "string") return selector;
  if (!isRecord(selector)) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector as LabelSelector;
  const terms = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  });
  return [...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`), ...terms].sort().join(",");
}

/** Writes the replica count of a Scale onto the object; answers with the new Scale. */
export function updateScale(
  core: ApiCore,
  served: Served,
  change: (scale: ApiObject) => unknown,
  request: WriteSettings & ScaleTarget,
): ApiObject {
  const paths = pathsOf(served);
  const old = storedObject(served, request.name, request.namespace);
  const scale = change(scaleView(old, paths));
  if (!isRecord(scale)) throw badRequest("the request body is not a Scale");
  const version = valueAt(scale, ["metadata", "resourceVersion"]);
  if (version !== undefined && version !== "" && version !== old.metadata.resourceVersion) {
    throw conflict(resourceName(served.definition), request.name, staleVersion);
  }
  const replicas = valueAt(scale, ["spec", "replicas"]) ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid({ group: "autoscaling", name: "Scale" }, request.name, [
      invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"),
    ]);
  }
  const body = withValueAt(present(served, old), paths.specReplicas, replicas);
  const written = replaceObject(core, served, { body, old, request: { ...request, scale: true } });
  return scaleView(written, paths);
}
