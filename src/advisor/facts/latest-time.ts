import type { KubeObject } from "../../api/index.ts";

/** Epoch milliseconds of the latest time that the objects of a dump tell: it was taken then or later. */
export function latestTime(objects: readonly KubeObject[]): number | undefined {
  let latest = 0;
  for (const object of objects) {
    for (const text of timesOf(object)) {
      const time = typeof text === "string" ? Date.parse(text) : Number.NaN;
      if (time > latest) latest = time;
    }
  }
  return latest === 0 ? undefined : latest;
}

function timesOf(object: KubeObject): readonly unknown[] {
  const { status, lastTimestamp, eventTime } = object as KubeObject & Readonly<Record<string, unknown>>;
  const conditions: unknown =
    typeof status === "object" && status !== null && "conditions" in status ? status.conditions : [];
  const changes = (Array.isArray(conditions) ? conditions : []).map((condition: unknown) =>
    typeof condition === "object" && condition !== null && "lastTransitionTime" in condition
      ? condition.lastTransitionTime
      : undefined,
  );
  return [object.metadata.creationTimestamp, lastTimestamp, eventTime, ...changes];
}
