/** Capacity buffers and what disruption may do to the room that they hold (scheduling 7.3, lifecycle 6.6). */
import { expect, it } from "vitest";
import { disrupt, movesIn } from "../../../test/builders/disrupt.ts";
import { layout, machineType } from "../../../test/builders/layout.ts";
import { annotations } from "../../api/index.ts";

const types = [machineType("s", { cpu: "2", price: 0.5 }), machineType("l", { cpu: "8", price: 2 })];
const chunk = (cpu: string) => ({ cpu, annotations: { [annotations.capacityBufferFakePod]: "true" } });
const nodes = { a: { type: "l", pods: [{}] } };

it("a node is replaced where the room of its buffer comes along, and stays where it would be lost", () => {
  expect(movesIn(disrupt(layout({ types, nodes })))).toEqual(["a -> s"]);
  expect(movesIn(disrupt(layout({ types, nodes, pending: [chunk("1")] })))).toEqual(["a -> s"]);
  expect(movesIn(disrupt(layout({ types, nodes, pending: [chunk("4")] })))).toEqual([]);
});

it("chunks nominate nothing: only pods that exist are told where they go", () => {
  const two = { ...nodes, b: { type: "l", pods: [{}, {}] } };
  const [command] = disrupt(layout({ types: types.slice(1), nodes: two, pending: [chunk("1")] })).commands;
  expect(command?.nominations?.map(({ pod }) => pod.metadata.name)).toEqual(["a-0"]);
});
