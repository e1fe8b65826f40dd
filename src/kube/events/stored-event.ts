import { type Event, eventType } from "../../api/index.ts";
import type { Ids } from "../../platform/index.ts";
import type { CorrelatedEvent } from "./correlator.ts";

/** The stored form; events of cluster-scoped objects live in `default`. */
export function eventOf(
  event: CorrelatedEvent,
  { component, ids }: { readonly component: string; readonly ids: Ids },
): Event {
  const { namespace = "default", name = "" } = event.involvedObject;
  const hash = ids.uuid().replaceAll("-", "").slice(0, 16);
  return {
    apiVersion: eventType.version,
    kind: eventType.kind,
    metadata: { name: `${name.slice(0, 236)}.${hash}`, namespace },
    ...event,
    source: { component },
    reportingComponent: component,
    reportingInstance: "",
  };
}
