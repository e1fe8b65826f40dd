import { describe, expect, it } from "vitest";
import { formatResource, formatResources } from "./format-resources.ts";
import { parseAmount, parseResources, resourcesAssuming } from "./parse-resources.ts";
import { parseQuantity } from "./quantity.ts";

describe("amounts of cpu", () => {
  it.each([
    ["2", 2000],
    [2, 2000],
    [0.5, 500],
    ["500m", 500],
    ["0.5", 500],
    [".5", 500],
    ["1.", 1000],
    ["+1", 1000],
    ["100u", 1],
    ["1n", 1],
    ["1500001u", 1501],
    ["1k", 1_000_000],
    ["1e3", 1_000_000],
    ["1E-1", 100],
    ["1M", 1_000_000_000],
    ["0", 0],
    ["0e400", 0],
    ["000.000", 0],
    ["1e-30", 1],
    ["0.1Ki", 102_400],
    [`1.${"0".repeat(100)}`, 1000],
    [`0.${"0".repeat(100)}1`, 1],
  ])("%s is %d milli", (text, milli) => {
    expect(parseAmount("cpu", text)).toEqual({ ok: true, value: milli });
  });
});

describe("amounts of memory", () => {
  it.each([
    ["1Ki", 1024],
    ["1Mi", 1_048_576],
    ["1Gi", 1_073_741_824],
    ["1Ti", 2 ** 40],
    ["1Pi", 2 ** 50],
    ["1.5Gi", 1_610_612_736],
    ["1G", 1_000_000_000],
    ["128974848", 128_974_848],
    ["129e6", 129_000_000],
    ["1500m", 2],
    ["0.5", 1],
    ["1.8G", 1_800_000_000],
    ["1Ei", Number.MAX_SAFE_INTEGER],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseAmount("memory", text)).toEqual({ ok: true, value: bytes });
  });
});

describe("refused quantities", () => {
  it.each([
    ["cpu", "1e400", "overflow"],
    ["memory", "8Ei", "overflow"],
    ["memory", "10E", "overflow"],
    ["cpu", 1e300, "overflow"],
    ["cpu", "NaN", "malformed"],
    ["cpu", Number.NaN, "malformed"],
    ["cpu", Number.POSITIVE_INFINITY, "malformed"],
    ["cpu", "", "malformed"],
    ["cpu", "1 Gi", "malformed"],
    ["cpu", "1K", "malformed"],
    ["cpu", "1e1.5", "malformed"],
    ["cpu", "1ee3", "malformed"],
    ["cpu", "9".repeat(400), "malformed"],
    ["cpu", "-1", "negative"],
    ["pods", "0.5", "not-whole"],
    ["pods", 0.5, "not-whole"],
    ["nvidia.com/gpu", "1500m", "not-whole"],
  ])("%s: %s is %s", (resource, text, kind) => {
    const result = parseAmount(resource, text);
    expect(result).toMatchObject({ ok: false, failure: { kind, resource, quantity: String(text) } });
  });

  it("quote the quantity and name the resource", () => {
    expect(parseAmount("pods", "0.5")).toMatchObject({ failure: { message: 'pods: "0.5" is not a whole number' } });
    expect(parseAmount("cpu", "1e400")).toMatchObject({ failure: { message: expect.stringContaining('"1e400"') } });
  });

  it("are all reported, in order of resource", () => {
    const result = parseResources({ pods: "0.5", memory: "1Gi", cpu: "many" });
    expect(result.ok ? [] : result.failure.map((failure) => failure.resource)).toEqual(["cpu", "pods"]);
  });

  it("count against whoever sent them when they were admitted all the same", () => {
    expect(resourcesAssuming({ cpu: "many", memory: "1Ki" }, 0)).toEqual({ cpu: 0, memory: 1024 });
  });
});

describe("negative limits", () => {
  it("are read when asked for", () => {
    expect(parseResources({ cpu: "-1", memory: "-0.5" }, { negative: "accept" })).toEqual({
      ok: true,
      value: { cpu: -1000, memory: -1 },
    });
  });
});

describe("canonical text", () => {
  it.each([
    ["cpu", 1500, "1500m"],
    ["cpu", 2000, "2"],
    ["cpu", 2_000_000, "2k"],
    ["cpu", 100, "100m"],
    ["cpu", 0, "0"],
    ["cpu", -500, "-500m"],
    ["memory", 2 ** 31, "2Gi"],
    ["memory", 1536 * 2 ** 20, "1536Mi"],
    ["memory", 1_500_000_000, "1500000000"],
    ["memory", 1000, "1k"],
    ["memory", 1023, "1023"],
    ["memory", 1024, "1Ki"],
    ["hugepages-2Mi", 2 ** 21, "2Mi"],
    ["pods", 110, "110"],
    ["pods", 1000, "1k"],
    ["nvidia.com/gpu", 8, "8"],
  ])("of %s %d is %s", (resource, amount, text) => {
    expect(formatResource(resource, amount)).toBe(text);
  });

  it("lists resources by name", () => {
    expect(JSON.stringify(formatResources({ pods: 1, cpu: 100, memory: 1024 }))).toBe(
      '{"cpu":"100m","memory":"1Ki","pods":"1"}',
    );
  });
});

describe("parsing exactly", () => {
  it("keeps every digit", () => {
    expect(parseQuantity("9223372036854775807")).toEqual({
      ok: true,
      value: { mantissa: 9_223_372_036_854_775_807n, scale: 0, binary: 0 },
    });
  });
});
