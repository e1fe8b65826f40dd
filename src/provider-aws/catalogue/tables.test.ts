import { describe, expect, test } from "vitest";
import { factsOf, instanceTypeInfoOf } from "./ec2-shape.ts";
import { decodeMachine, encodeMachine } from "./machine-row.ts";
import { simulatedSpotPrice } from "./prices.ts";
import { decodeSelectorFacts, encodeSelectorFacts, loadSelectorFacts } from "./selector-facts.ts";
import { hasOwnPrices, catalogueRegions, loadCatalogue } from "./tables.ts";

const catalogue = loadCatalogue();

describe("the shipped tables", () => {
  test("hold more than 1,200 types, among them those the founding document names", () => {
    expect(catalogue.machines.length).toBeGreaterThan(1200);
    const byName = new Map(catalogue.machines.map((facts) => [facts.name, facts]));
    expect(byName.get("p3.8xlarge")).toMatchObject({
      vcpus: 32,
      memoryMib: 244 * 1024,
      gpus: [{ name: "V100", count: 4 }],
    });
    expect([...byName.keys()]).toEqual([...byName.keys()].toSorted());
  });

  test("survive being written and read, and being asked through the EC2 API", () => {
    for (const facts of catalogue.machines) {
      expect(decodeMachine(encodeMachine(facts))).toEqual(facts);
      expect(factsOf(instanceTypeInfoOf(facts))).toEqual(facts);
    }
  });

  test("tell of each type what people choose by, and survive being written and read", () => {
    const facts = loadSelectorFacts();
    expect([...facts.keys()]).toEqual(catalogue.machines.map(({ name }) => name));
    for (const each of facts.values()) expect(decodeSelectorFacts(encodeSelectorFacts(each))).toEqual(each);
    expect(facts.get("m5d.large")).toMatchObject({
      diskType: "ssd",
      hibernation: true,
      freeTier: false,
      ebsBaseline: { mbps: 650, megabytes: 81.25, iops: 3600 },
    });
  });

  test("name three regions with their zones, and only types that are known", () => {
    expect([...catalogue.regions.keys()]).toEqual(["us-east-1", "ap-southeast-1", "ap-northeast-2"]);
    expect(catalogueRegions()).toEqual([...catalogue.regions.keys()]);
    const known = new Set(catalogue.machines.map(({ name }) => name));
    for (const { zones, offerings } of catalogue.regions.values()) {
      const names = new Set(zones.map(({ name }) => name));
      for (const [type, places] of offerings) {
        expect(known.has(type)).toBe(true);
        expect(places.every((place) => names.has(place))).toBe(true);
      }
    }
  });

  test("carry prices with their date for us-east-1, and say that other regions have none of their own", () => {
    expect(catalogue.onDemand).toMatchObject({ region: "us-east-1", date: "2026-07-20" });
    expect(catalogue.onDemand.prices.get("m5.large")).toBe(0.096);
    expect(hasOwnPrices(catalogue, "ap-southeast-1")).toBe(false);
    for (const price of catalogue.onDemand.prices.values()) expect(price).toBeGreaterThan(0);
  });

  test.each([
    ["m5.large", 10, 9],
    ["m5.xlarge", 15, 18],
    ["c6g.large", 10, 9],
    ["p5.48xlarge", 50, 120],
  ])("%s has %i addresses an interface and %i branch interfaces", (name, ipv4PerInterface, branchInterfaces) => {
    expect(catalogue.networkLimits.get(name)).toEqual({ ipv4PerInterface, trunking: true, branchInterfaces });
  });
});

test("simulated spot prices are 30 to 60 % of on demand, and fixed by type and zone", () => {
  const shares = catalogue.machines.map(({ name }) => simulatedSpotPrice(name, "us-east-1a", 1));
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.3);
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.6);
  expect(new Set(shares).size).toBeGreaterThan(1000);
  expect(simulatedSpotPrice("m5.large", "us-east-1a", 0.096)).toBe(0.047748);
});
