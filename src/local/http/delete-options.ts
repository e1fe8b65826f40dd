/** `DeleteOptions` of a request: from the body, or from the query where there is none. */
import type { DeleteOptions } from "../../kube/index.ts";
import { badRequest } from "../apiserver/faults.ts";
import { isRecord, type JsonObject } from "../store/api-object.ts";
import { readObject, type Exchange } from "./exchange.ts";

export async function deleteOptions(exchange: Exchange): Promise<DeleteOptions> {
  const body = await readObject(exchange.request);
  const given = isRecord(body) ? body : {};
  const { query } = exchange;
  return {
    ...preconditions(given),
    ...gracePeriod(given["gracePeriodSeconds"] ?? query.get("gracePeriodSeconds") ?? undefined),
    ...propagation(given["propagationPolicy"] ?? query.get("propagationPolicy") ?? undefined),
    ...(isDryRun(given, query) ? { dryRun: true } : {}),
  };
}

function preconditions(given: JsonObject): Pick<DeleteOptions, "uid" | "resourceVersion"> {
  const { uid, resourceVersion } = isRecord(given["preconditions"]) ? given["preconditions"] : ({} as JsonObject);
  return {
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
  };
}

function gracePeriod(value: unknown): Pick<DeleteOptions, "gracePeriodSeconds"> {
  if (value === undefined) return {};
  const gracePeriodSeconds = Number(value);
  if (Number.isInteger(gracePeriodSeconds)) return { gracePeriodSeconds };
  throw badRequest(`DeleteOptions is invalid: gracePeriodSeconds: Invalid value: ${JSON.stringify(value)}`);
}

function propagation(value: unknown): Pick<DeleteOptions, "propagationPolicy"> {
  if (value === undefined) return {};
  if (value === "Foreground" || value === "Background" || value === "Orphan") return { propagationPolicy: value };
  throw badRequest(`DeleteOptions is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(value)}`);
}

function isDryRun(given: JsonObject, query: URLSearchParams): boolean {
  const listed = Array.isArray(given["dryRun"]) ? (given["dryRun"] as readonly unknown[]) : [];
  return listed.includes("All") || query.getAll("dryRun").includes("All");
}
