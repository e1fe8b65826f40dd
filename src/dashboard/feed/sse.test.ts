import { expect, it } from "vitest";
import { parseEvent, readEvents } from "./sse.ts";

it.each([
  ["event: delta\nid: b.1\ndata: {}", { name: "delta", id: "b.1", data: "{}" }],
  ["data: a\ndata: b", { name: "message", id: undefined, data: "a\nb" }],
  [": still here", undefined],
])("reads %j", (block, event) => {
  expect(parseEvent(block)).toEqual(event);
});

it("puts events together that came in pieces", async () => {
  const pieces = ["event: a\nda", "ta: 1\n", "\nevent: b\ndata: 2\n\nevent: c\ndata: not whole"];
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const read: unknown[] = [];
  for await (const { name, data } of readEvents(body)) read.push([name, data]);
  expect(read).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
});
