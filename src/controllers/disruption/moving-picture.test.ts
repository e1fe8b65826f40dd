import { describe, expect, test } from "vitest";
import { layout, machineType } from "../../../test/builders/layout.ts";
import { createMovingPicture } from "./moving-picture.ts";

const types = [machineType("s", { cpu: "8" })];
/** A node with so many pods. */
const holding = (count: number) =>
  layout({ types, nodes: { a: { type: "s", pods: Array.from({ length: count }, () => ({ cpu: "100m" })) } } });

describe("a picture", () => {
  test("[lifecycle O12] moves until no pod has come or gone for five seconds; the first one stands still", () => {
    const picture = createMovingPicture();
    expect(picture.isMoving(holding(9), 0)).toBe(false);
    expect(picture.isMoving(holding(8), 1_000)).toBe(true);
    expect(picture.isMoving(holding(7), 4_000)).toBe(true);
    expect([8_999, 9_000].map((now) => picture.isMoving(holding(7), now))).toEqual([true, false]);
  });

  test("in which pods never rest is not waited for longer than a minute, until it has rested", () => {
    const picture = createMovingPicture();
    picture.isMoving(holding(1), 0);
    const seconds = Array.from({ length: 90 }, (_, index) => index + 1);
    const moving = seconds.filter((second) => picture.isMoving(holding(1 + (second % 2)), second * 1_000));
    expect([moving[0], moving.at(-1)]).toEqual([1, 60]);
    expect(picture.isMoving(holding(5), 110_000)).toBe(true);
  });
});
