import { addNeed } from "./claim.ts";
import { hostSlots } from "./host-slots.ts";
import type { Demand, Session } from "./session.ts";

/** Demands in order of what one pod needs, resources first and host slots behind them. */
export interface Layout {
  readonly demands: readonly Demand[];
  readonly shapes: Float64Array;
  readonly shapeOf: Int32Array;
  readonly width: number;
  /** Pods of each host slot that a machine takes. */
  readonly slotRooms: readonly number[];
}

export function layOut({ space }: Session, unordered: readonly Demand[]): Layout {
  const slots = hostSlots(unordered);
  const resources = space.names.length;
  const width = resources + slots.rooms.length;
  const indexOf = new Map<string, number>();
  const shaped = unordered.map((demand) => {
    const used = slots.of(demand);
    const key = `${demand.workload.shape}|${used.join()}`;
    const shape = indexOf.get(key) ?? indexOf.size;
    indexOf.set(key, shape);
    return { demand, shape, used };
  });
  shaped.sort((a, b) => a.shape - b.shape);
  const shapes = new Float64Array(indexOf.size * width);
  for (const { demand, shape, used } of shaped) {
    const vector = shapes.subarray(shape * width, (shape + 1) * width).fill(0);
    addNeed(vector, demand.workload.need, 1);
    for (const slot of used) vector[resources + slot] = 1;
  }
  return {
    demands: shaped.map(({ demand }) => demand),
    shapeOf: Int32Array.from(shaped, ({ shape }) => shape),
    shapes,
    width,
    slotRooms: slots.rooms,
  };
}
