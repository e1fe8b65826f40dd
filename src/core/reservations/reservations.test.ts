import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { instanceType, offering } from "../../../test/builders/instance-types.ts";
import { requirementIn } from "../requirements/requirement.ts";
import { requirementsOf } from "../requirements/requirements.ts";
import { createReservationLedger, reservationsOf } from "./reservations.ts";

const label = "example.com/reservation";
const reserved = (id: string, capacity: number) => ({
  ...offering("test-zone-1", "reserved", 0.001, { reservationId: id, reservationCapacity: capacity }),
  requirements: requirementsOf([
    requirementIn(labels.zone, "test-zone-1"),
    requirementIn(labels.capacityType, "reserved"),
    requirementIn(label, id),
  ]),
});
const ledger = (...capacities: readonly number[]) =>
  createReservationLedger(
    reservationsOf(capacities.map((capacity, i) => instanceType(`t-${i}`, { offerings: [reserved("r", capacity)] }))),
  );

describe("[scheduling O203] the ledger of reservations", () => {
  it("counts a host once, however often it reserves", () => {
    const book = ledger(2);
    book.reserve("a", "r");
    book.reserve("a", "r");
    expect(book.left().get("r")).toBe(1);
  });

  it("gives a place back on release, and once", () => {
    const book = ledger(1);
    book.reserve("a", "r");
    const full = [book.canReserve("a", "r"), book.canReserve("b", "r")];
    book.release("a", "r");
    book.release("a", "r");
    book.release("stranger", "r");
    expect([full, book.canReserve("b", "r"), book.left().get("r")]).toEqual([[true, false], true, 1]);
  });

  it("throws for a reservation that nobody offers, and past the last place", () => {
    const book = ledger(1);
    book.reserve("a", "r");
    expect(() => book.canReserve("b", "other")).toThrow("reservation other is not offered by any instance type");
    expect(() => book.reserve("b", "r")).toThrow("reservation r has no place left for b");
  });

  it("takes the smallest of several capacities", () => {
    expect(ledger(3, 1, 2).left().get("r")).toBe(1);
  });
});

it("a reservation is found by the label that names it", () => {
  const types = [instanceType("t", { offerings: [reserved("r", 1), offering("test-zone-1", "on-demand", 1)] })];
  expect([...reservationsOf(types).values()]).toEqual([{ id: "r", label, capacity: 1 }]);
});
