import { type EC2NodeClass, labels, type NodePool } from "../../api/index.ts";
import { hasValue, requirementFor, specRequirements } from "../../core/index.ts";
import type { EventRecorder } from "../../kube/index.ts";
import type { ZonalShifts } from "./zonal-shift.ts";

export interface AnnouncementDeps {
  readonly shifts: ZonalShifts;
  readonly events: EventRecorder;
  readonly pools: () => readonly NodePool[];
  readonly nodeClass: (name: string) => EC2NodeClass | undefined;
}

/** Tells each pool that can use a zone when it is shifted away, and when it is back; each change once (spec: aws 7.9). */
export function createShiftAnnouncements(deps: AnnouncementDeps): { announce(): void } {
  let told: readonly string[] = [];
  return {
    announce: () => {
      const now = deps.shifts.shifted();
      for (const zoneId of now.filter((id) => !told.includes(id)))
        publish(deps, zoneId, {
          type: "Warning",
          reason: "ZonalShiftActive",
          what: "is shifted away from: nothing is launched there",
        });
      for (const zoneId of told.filter((id) => !now.includes(id)))
        publish(deps, zoneId, { type: "Normal", reason: "ZonalShiftCleared", what: "is in use again" });
      told = now;
    },
  };
}

function publish(
  { events, pools, nodeClass }: AnnouncementDeps,
  zoneId: string,
  { type, reason, what }: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly what: string },
): void {
  for (const pool of pools()) {
    const zone = nodeClass(pool.spec.template.spec.nodeClassRef.name)?.status?.subnets?.find(
      (subnet) => subnet.zoneID === zoneId,
    )?.zone;
    if (zone === undefined || !allows(pool, { zone, zoneId })) continue;
    events.publish({ object: pool, type, reason, message: `Zone ${zone} (${zoneId}) ${what}`, dedupeValues: [zoneId] });
  }
}

function allows(pool: NodePool, { zone, zoneId }: { readonly zone: string; readonly zoneId: string }): boolean {
  const wanted = specRequirements(pool.spec.template.spec.requirements);
  return hasValue(requirementFor(wanted, labels.zone), zone) && hasValue(requirementFor(wanted, labels.zoneId), zoneId);
}
