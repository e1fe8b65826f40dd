/** Where pending pods can go, by zone, for people who look at zones that run short (scheduling 8.6). */
import { labels as labelKeys } from "../../api/index.ts";
import { hasValue, type Requirement, type Requirements } from "../requirements/requirement.ts";
import { allowsDomain } from "../topology/topology.ts";
import type { Session } from "./session.ts";
import type { Stage } from "./workload.ts";

/** Pods in phase Pending by effective zone: a zone's name, `flexible` or `none`. To be asked before anything is placed. */
export function pendingByZone({ workloads }: Session): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { pods, stages } of workloads) {
    const pending = pods.filter(({ status }) => status?.phase === "Pending").length;
    const [stage] = stages;
    if (pending === 0 || stage === undefined) continue;
    const zone = effectiveZone(stage);
    counts[zone] = (counts[zone] ?? 0) + pending;
  }
  return counts;
}

function effectiveZone(stage: Stage): string {
  const own = listedZones(stage.strict);
  const volumes = volumeZones(stage.volumes);
  const topology = topologyZones(stage);
  const candidates = own ?? volumes ?? topology;
  if (candidates === undefined) return "flexible";
  const left = [...candidates].filter((zone) => [own, volumes, topology].every((zones) => zones?.has(zone) ?? true));
  return left.length > 1 ? "flexible" : (left[0] ?? "none");
}

type Zones = ReadonlySet<string> | undefined;

const listedZones = (requirements: Requirements): Zones => {
  const zone = requirements.get(labelKeys.zone);
  return zone === undefined || zone.complement ? undefined : zone.values;
};

/** Together what all alternatives list; a volume that some alternative leaves open says nothing. */
function volumeZones(alternatives: readonly Requirements[]): Zones {
  const lists = alternatives.map(listedZones);
  return lists.includes(undefined) ? undefined : new Set(lists.flatMap((zones) => [...(zones ?? [])]));
}

/** Zones that every zonal constraint of the pod lets it into, under all that it asks for. */
function topologyZones({ topology: view, requirements }: Stage): Zones {
  const groups = view.owned.filter(({ term }) => term.key === labelKeys.zone);
  if (groups.length === 0) return undefined;
  const own: Requirement | undefined = requirements.get(labelKeys.zone);
  const valid = groups.map(
    (group) =>
      new Set(
        [...group.counts.keys()].filter(
          (zone) =>
            (own === undefined || hasValue(own, zone)) && allowsDomain(group, zone, { view, strict: requirements }),
        ),
      ),
  );
  const [first, ...rest] = valid;
  return new Set([...(first ?? [])].filter((zone) => rest.every((zones) => zones.has(zone))));
}
