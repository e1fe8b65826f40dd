import type { BoundMachine, BoundProblem, BoundShape } from "../core/index.ts";

/**
 * The same problem with less in it: without pods that cost nothing anywhere, with equal shapes as one, and with nodes that
 * hold the same shapes as one large node, which holds no less than they do together.
 */
export function simplerProblem({ shapes, machines }: BoundProblem): BoundProblem {
  const homes = shapes.map((): number[] => []);
  machines.forEach(({ shapes: held }, index) => {
    for (const shape of held) homes[shape]?.push(index);
  });
  const kept: BoundShape[] = [];
  const places = new Map<string, number>();
  const placeOf = shapes.map(({ need, pods }, shape) => {
    if (isFree(need, homes[shape] ?? [], machines)) return undefined;
    const key = `${need.join()}|${homes[shape]?.join()}`;
    const known = places.get(key);
    const place = known ?? kept.length;
    places.set(key, place);
    kept[place] = { need, pods: pods + (kept[place]?.pods ?? 0) };
    return place;
  });
  const renamed = machines.map((machine) => {
    const held = machine.shapes.flatMap((shape) => placeOf[shape] ?? []);
    return { ...machine, shapes: [...new Set(held)].sort((a, b) => a - b) };
  });
  return { shapes: kept, machines: joinNodes(renamed.filter((machine) => machine.shapes.length > 0)) };
}

const isFree = (need: readonly number[], homes: readonly number[], machines: readonly BoundMachine[]): boolean =>
  homes.length === 0 ||
  need.every((amount) => amount <= 0) ||
  homes.some((index) => machines[index]?.most === Infinity && !((machines[index]?.price ?? 0) > 0));

function joinNodes(machines: readonly BoundMachine[]): readonly BoundMachine[] {
  const joined: BoundMachine[] = machines.filter(({ most }) => most === Infinity);
  const alike = Map.groupBy(
    machines.filter(({ most }) => most < Infinity),
    ({ shapes }) => shapes.join(),
  );
  for (const nodes of alike.values()) {
    const [{ shapes, room: width } = { shapes: [], room: [] }] = nodes;
    const room = width.map((_, resource) =>
      nodes.reduce((sum, node) => sum + (node.room[resource] ?? 0) * node.most, 0),
    );
    joined.push({ price: 0, most: 1, shapes, room });
  }
  return joined;
}
