import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { allocatableOf, formatResources, type InstanceType } from "../../core/index.ts";
import { genericInstanceTypes } from "./generic-types.ts";
import { parseInstanceTypes } from "./types-file.ts";

const offering = (change: object = {}): object => ({
  Price: 0.1,
  Available: true,
  Requirements: [
    { key: labels.capacityType, operator: "In", values: ["on-demand"] },
    { key: labels.zone, operator: "In", values: ["zone-1"] },
  ],
  ...change,
});

const type = (change: object = {}): object => ({
  name: "big.large",
  architecture: "amd64",
  operatingSystems: ["linux"],
  resources: { cpu: "8", memory: "16Gi", pods: "110", "example.com/gpu": 1 },
  offerings: [offering()],
  ...change,
});

const problemsOf = (document: unknown): readonly string[] => {
  const read = parseInstanceTypes(typeof document === "string" ? document : JSON.stringify(document));
  return read.ok ? [] : read.failure.problems;
};

describe("the generic types", () => {
  const types = genericInstanceTypes();
  const named = (name: string): InstanceType | undefined => types.find((each) => each.name === name);

  it("are 144, each sold in four zones as spot and on demand", () => {
    expect(types).toHaveLength(144);
    expect(types.map(({ offerings }) => offerings.length)).toEqual(Array(144).fill(8));
  });

  it("cost by vCPU and by memory, spot at seven tenths", () => {
    const offerings = named("c-1x-amd64-linux")?.offerings ?? [];
    const price = (capacityType: string): number =>
      offerings.find((each) => each.capacityType === capacityType)?.price ?? 0;
    expect(price("on-demand")).toBeCloseTo(0.027147483648, 12);
    expect(price("spot")).toBeCloseTo(0.0190032385536, 12);
  });

  it.each([
    ["c-1x-amd64-linux", { cpu: "1", memory: "2Gi", "ephemeral-storage": "20Gi", pods: "16" }],
    ["s-48x-arm64-windows", { cpu: "48", memory: "192Gi", "ephemeral-storage": "20Gi", pods: "768" }],
    ["m-256x-amd64-linux", { cpu: "256", memory: "2Ti", "ephemeral-storage": "20Gi", pods: "1024" }],
  ])("%s has the amounts that its name says", (name, amounts) => {
    expect(formatResources(named(name)?.capacity ?? {})).toEqual(amounts);
  });

  it("leave pods all but 100m CPU and 10 Mi", () => {
    const small = named("c-1x-amd64-linux");
    expect(small && formatResources(allocatableOf(small))).toMatchObject({ cpu: "900m", memory: "2038Mi" });
  });
});

describe("a file of types", () => {
  it("is read whatever the case of its field names, in order of name", () => {
    const small = { ...type({ name: "a-small" }), offerings: undefined, Offerings: [offering()] };
    const read = parseInstanceTypes(JSON.stringify([type(), small]));
    const types = read.ok ? read.value : [];
    expect(types.map(({ name }) => name)).toEqual(["a-small", "big.large"]);
    expect(types[1]).toMatchObject({ capacity: { cpu: 8000, "example.com/gpu": 1 }, offerings: [{ zone: "zone-1" }] });
    expect(types[1]?.requirements.get("karpenter.kwok.sh/instance-family")?.values).toEqual(new Set(["big"]));
    expect(types[1]?.requirements.get("karpenter.kwok.sh/instance-size")?.values).toEqual(new Set(["8"]));
  });

  it("may sell reserved capacity", () => {
    const reserved = offering({
      ReservationCapacity: 3,
      Requirements: [
        { key: labels.capacityType, operator: "In", values: ["reserved"] },
        { key: labels.zone, operator: "In", values: ["zone-1"] },
      ],
    });
    const read = parseInstanceTypes(JSON.stringify([type({ offerings: [reserved] })]));
    expect(read.ok && read.value[0]?.offerings).toMatchObject([
      { capacityType: "reserved", reservationId: "big.large/zone-1", reservationCapacity: 3 },
    ]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ["a list", {}, ["the document: expected a list, found {}"]],
    ["a type", [], ["expected at least one instance type, found none"]],
    ["an object for a type", [7], ["[0].name: expected a text that is not empty, found nothing"]],
    ["names that differ", [type(), type()], ['[1].name: expected a name of its own, found "big.large" of [0] again']],
    [
      "an operating system",
      [type({ operatingSystems: [] })],
      ["[0].operatingSystems: expected at least one operating system, found []"],
    ],
    [
      "amounts",
      [type({ resources: { cpu: "many", memory: "1Gi" } })],
      [
        '[0].resources.cpu: expected an amount such as 4, 500m or 16Gi, found "many"',
        "[0].resources.pods: expected an amount, found nothing",
      ],
    ],
    [
      "a price",
      [type({ offerings: [offering({ Price: "cheap" }), offering({ Price: -1 })] })],
      [
        '[0].offerings[0].Price: expected a number, found "cheap"',
        "[0].offerings[1].Price: expected USD an hour, 0 or more, found -1",
      ],
    ],
    [
      "a known operator",
      [type({ offerings: [offering({ Requirements: [{ key: "x", operator: "Is", values: ["y"] }] })] })],
      [
        '[0].offerings[0].Requirements[0].operator: expected one of In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte, found "Is"',
      ],
    ],
    [
      "one zone",
      [
        type({
          offerings: [offering({ Requirements: [{ key: labels.capacityType, operator: "In", values: ["spot"] }] })],
        }),
      ],
      [
        "[0].offerings[0].Requirements: expected a requirement that says topology.kubernetes.io/zone In with exactly one value, found",
      ],
    ],
  ])("must hold %s, and says where it does not", (_what, document, problems) => {
    const found = problemsOf(document);
    for (const problem of problems) expect(found).toContainEqual(expect.stringContaining(problem));
  });

  it("must be JSON", () => {
    expect(problemsOf("[{")).toEqual([expect.stringMatching(/^not JSON: /)]);
  });
});
