/**
 * Types of every family, checked by hand against EC2's own pages, its list of addresses per interface and the formulas of
 * spec/aws.md 2, and rules with their own arithmetic for all types of the catalogue.
 */
import { describe, expect, test } from "vitest";
import { awsLabels, labels } from "../../api/index.ts";
import { type InstanceType, singleValueOf } from "../../core/index.ts";
import { classFactsOf } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import { createOfferingResolver, defaultResolutionSettings, resolveTypes } from "./resolve.ts";
import { loadCatalogue } from "./tables.ts";
import { catalogueRegion, nodeClassOf, typeOf } from "./testing.ts";
import { listPrices } from "./prices.ts";

const mebibyte = 2 ** 20;

/**
 * name, vCPUs, MiB, interfaces x addresses, memory in Mi, pods, reserved memory in Mi and CPU in m, architecture, category,
 * generation, hypervisor, NVMe in GB, accelerators, branch interfaces, EFA interfaces.
 */
const rows = `
t2.micro 1 1024 2x2 947 4 299 60 amd64 t 2 xen - - 0 0
t2.large 2 8192 3x12 7577 35 640 70 amd64 t 2 xen - - 0 0
t2.xlarge 4 16384 3x15 15155 44 739 80 amd64 t 2 xen - - 0 0
t3.nano 2 512 2x2 473 4 299 70 amd64 t 3 nitro - - 0 0
t3.small 2 2048 3x4 1894 11 376 70 amd64 t 3 nitro - - 0 0
t3.medium 2 4096 3x6 3788 17 442 70 amd64 t 3 nitro - - 0 0
t3.large 2 8192 3x12 7577 35 640 70 amd64 t 3 nitro - - 0 0
t3.xlarge 4 16384 4x15 15155 58 893 80 amd64 t 3 nitro - - 0 0
t3a.small 2 2048 2x4 1894 8 343 70 amd64 t 3 nitro - - 0 0
t4g.nano 2 512 2x2 414 4 299 70 arm64 t 4 nitro - - 0 0
t4g.medium 2 4096 3x6 3729 17 442 70 arm64 t 4 nitro - - 0 0
t4g.large 2 8192 3x12 7518 35 640 70 arm64 t 4 nitro - - 0 0
m4.large 2 8192 2x10 7577 20 475 70 amd64 m 4 xen - - 0 0
m4.xlarge 4 16384 4x15 15155 58 893 80 amd64 m 4 xen - - 0 0
m4.10xlarge 40 163840 8x30 151552 234 2829 170 amd64 m 4 xen - - 0 0
m5.large 2 8192 3x10 7577 29 574 70 amd64 m 5 nitro - - 9 0
m5.xlarge 4 16384 4x15 15155 58 893 80 amd64 m 5 nitro - - 18 0
m5.2xlarge 8 32768 4x15 30310 58 893 90 amd64 m 5 nitro - - 38 0
m5.4xlarge 16 65536 8x30 60620 234 2829 110 amd64 m 5 nitro - - 54 0
m5.24xlarge 96 393216 15x50 363724 737 8362 310 amd64 m 5 nitro - - 107 0
m5.metal 96 393216 15x50 363724 737 8362 310 amd64 m 5 none - - 120 0
m5a.large 2 8192 3x10 7577 29 574 70 amd64 m 5 nitro - - 9 0
m5d.large 2 8192 3x10 7577 29 574 70 amd64 m 5 nitro 75 - 9 0
m6g.medium 1 4096 2x4 3729 8 343 60 arm64 m 6 nitro - - 4 0
m6g.large 2 8192 3x10 7518 29 574 70 arm64 m 6 nitro - - 9 0
m6i.large 2 8192 3x10 7577 29 574 70 amd64 m 6 nitro - - 9 0
m6i.32xlarge 128 524288 15x50 484966 737 8362 390 amd64 m 6 nitro - - 107 1
m6idn.32xlarge 128 524288 8x50 484966 394 4589 390 amd64 m 6 nitro 7600 - 106 2
m7g.medium 1 4096 2x4 3729 8 343 60 arm64 m 7 nitro - - 4 0
m7i-flex.large 2 8192 3x10 7577 29 574 70 amd64 m 7 nitro - - 3 0
m8g.large 2 8192 3x10 7518 29 574 70 arm64 m 8 nitro - - 9 0
c4.large 2 3840 3x10 3552 29 574 70 amd64 c 4 xen - - 0 0
c4.8xlarge 36 61440 8x30 56832 234 2829 160 amd64 c 4 xen - - 0 0
c5.large 2 4096 3x10 3788 29 574 70 amd64 c 5 nitro - - 9 0
c5.9xlarge 36 73728 8x30 68198 234 2829 160 amd64 c 5 nitro - - 54 0
c5.18xlarge 72 147456 15x50 136396 737 8362 250 amd64 c 5 nitro - - 107 0
c5d.large 2 4096 3x10 3788 29 574 70 amd64 c 5 nitro 50 - 9 0
c5n.18xlarge 72 196608 15x50 181862 737 8362 250 amd64 c 5 nitro - - 107 1
c6g.large 2 4096 3x10 3729 29 574 70 arm64 c 6 nitro - - 9 0
c7g.16xlarge 64 131072 15x50 121182 737 8362 230 arm64 c 7 nitro - - 107 1
c7gn.xlarge 4 8192 4x15 7518 58 893 80 arm64 c 7 nitro - - 18 0
r4.large 2 15616 3x10 14444 29 574 70 amd64 r 4 xen - - 0 0
r5.large 2 16384 3x10 15155 29 574 70 amd64 r 5 nitro - - 9 0
r5.12xlarge 48 393216 8x30 363724 234 2829 190 amd64 r 5 nitro - - 54 0
r6g.large 2 16384 3x10 15096 29 574 70 arm64 r 6 nitro - - 9 0
a1.large 2 4096 3x10 3729 29 574 70 arm64 a 1 nitro - - 9 0
a1.metal 16 32768 8x30 30251 234 2829 110 arm64 a 1 none - - 54 0
i3.large 2 15616 3x10 14444 29 574 70 amd64 i 3 xen 475 - 0 0
i3.16xlarge 64 499712 15x50 462233 737 8362 230 amd64 i 3 xen 15200 - 0 0
i3en.large 2 16384 3x10 15155 29 574 70 amd64 i 3 nitro 1250 - 5 0
i4i.large 2 16384 3x10 15155 29 574 70 amd64 i 4 nitro 468 - 9 0
d2.xlarge 4 31232 4x15 28889 58 893 80 amd64 d 2 xen - - 0 0
d3en.xlarge 4 16384 4x3 15155 10 365 80 amd64 d 3 nitro 27960 - 24 0
h1.2xlarge 8 32768 4x15 30310 58 893 90 amd64 h 1 xen - - 0 0
z1d.large 2 16384 3x10 15155 29 574 70 amd64 z 1 nitro 75 - 13 0
x1.16xlarge 64 999424 8x30 924467 234 2829 230 amd64 x 1 xen - - 0 0
x1e.xlarge 4 124928 3x10 115558 29 574 80 amd64 x 1 xen - - 0 0
x2idn.16xlarge 64 1048576 15x50 969932 737 8362 230 amd64 x 2 nitro 1900 - 107 0
u-6tb1.56xlarge 224 6291456 15x50 5819596 737 8362 630 amd64 u 1 nitro - - 0 0
p3.2xlarge 8 62464 4x15 57779 58 893 90 amd64 p 3 xen - 1xv100 0 0
p3.8xlarge 32 249856 8x30 231116 234 2829 150 amd64 p 3 xen - 4xv100 0 0
p3.16xlarge 64 499712 8x30 462233 234 2829 230 amd64 p 3 xen - 8xv100 0 0
p3dn.24xlarge 96 786432 15x50 727449 737 8362 310 amd64 p 3 nitro 1800 8xv100 107 1
p4d.24xlarge 96 1179648 15x50 1091174 737 8362 310 amd64 p 4 nitro 8000 8xa100 62 4
p5.48xlarge 192 2097152 2x50 1939865 100 1355 550 amd64 p 5 nitro 30400 8xh100 120 32
g4dn.xlarge 4 16384 3x10 15155 29 574 80 amd64 g 4 nitro 125 1xt4 39 0
g4dn.8xlarge 32 131072 4x15 121241 58 893 150 amd64 g 4 nitro 900 1xt4 58 1
g4ad.xlarge 4 16384 2x4 15155 8 343 80 amd64 g 4 nitro 150 1xradeon-pro-v520 12 0
g5.xlarge 4 16384 4x15 15155 58 893 80 amd64 g 5 nitro 250 1xa10g 4 0
g5.4xlarge 16 65536 8x30 60620 234 2829 110 amd64 g 5 nitro 600 1xa10g 34 0
g5.48xlarge 192 786432 7x50 727449 345 4050 550 amd64 g 5 nitro 7600 8xa10g 115 1
gr6.4xlarge 16 131072 8x30 121241 234 2829 110 amd64 gr 6 nitro 600 1xl4 54 0
f2.6xlarge 24 262144 8x30 242483 234 2829 130 amd64 f 2 nitro 940 - 84 0
g6.xlarge 4 16384 4x15 15155 58 893 80 amd64 g 6 nitro 250 1xl4 18 0
inf1.xlarge 4 8192 4x10 7577 38 673 80 amd64 inf 1 nitro - 1xinferentia 38 0
inf1.24xlarge 96 196608 11x30 181862 321 3786 310 amd64 inf 1 nitro - 16xinferentia 111 1
inf2.xlarge 4 16384 4x15 15155 58 893 80 amd64 inf 2 nitro - 1xinferentia2 18 0
trn1.2xlarge 8 32768 4x15 30310 58 893 90 amd64 trn 1 nitro 474 1xtrainium 17 0
trn1.32xlarge 128 524288 5x50 484966 247 2972 390 amd64 trn 1 nitro 7600 16xtrainium 82 8
dl1.24xlarge 96 786432 15x50 727449 737 8362 310 amd64 dl 1 nitro 4000 8xgaudi-hl-205 62 4
hpc6a.48xlarge 96 393216 2x50 363724 100 1355 310 amd64 hpc 6 nitro - - 0 1
vt1.3xlarge 12 24576 4x15 22732 58 893 100 amd64 vt 1 nitro - - 38 0
im4gn.large 2 8192 3x10 7518 29 574 70 arm64 im 4 nitro 937 - 9 0
is4gen.medium 1 6144 2x4 5624 8 343 60 arm64 is 4 nitro 937 - 4 0
`
  .trim()
  .split("\n")
  .map((row) => row.split(" ") as readonly string[]);

const labelOf = (type: InstanceType, key: string): string => singleValueOf(type.requirements.get(key)) ?? "-";

function devicesOf(type: InstanceType): string {
  const gpu = labelOf(type, awsLabels.instanceGpuName);
  if (gpu !== "-") return `${labelOf(type, awsLabels.instanceGpuCount)}x${gpu}`;
  const accelerator = labelOf(type, awsLabels.instanceAcceleratorName);
  return accelerator === "-" ? "-" : `${labelOf(type, awsLabels.instanceAcceleratorCount)}x${accelerator}`;
}

describe("a type checked by hand", () => {
  test.each(rows)("%s", (...row) => {
    const [name = "", vcpus, mib, interfaces = "", memory, pods, reserve, cpu, arch, category, generation, ...rest] =
      row;
    const [hypervisor, nvme, devices, branches, efa] = rest;
    const type = typeOf(name);
    const [cards, addresses] = interfaces.split("x").map(Number);
    expect(Number(pods)).toBe((cards ?? 0) * ((addresses ?? 0) - 1) + 2);
    expect(Number(reserve)).toBe(11 * Number(pods) + 255);
    expect({
      vcpus: labelOf(type, awsLabels.instanceCpu),
      cpu: type.capacity["cpu"],
      mib: labelOf(type, awsLabels.instanceMemory),
      memory: (type.capacity["memory"] ?? 0) / mebibyte,
      pods: type.capacity["pods"],
      reserve: (type.overhead.kubeReserved["memory"] ?? 0) / mebibyte,
      reservedCpu: type.overhead.kubeReserved["cpu"],
      arch: labelOf(type, labels.arch),
      category: labelOf(type, awsLabels.instanceCategory),
      generation: labelOf(type, awsLabels.instanceGeneration),
      hypervisor: labelOf(type, awsLabels.instanceHypervisor) || "none",
      nvme: labelOf(type, awsLabels.instanceLocalNvme),
      devices: devicesOf(type),
      branches: type.capacity["vpc.amazonaws.com/pod-eni"] ?? 0,
      efa: type.capacity["vpc.amazonaws.com/efa"] ?? 0,
    }).toEqual({
      vcpus,
      cpu: Number(vcpus) * 1000,
      mib,
      memory: Number(memory),
      pods: Number(pods),
      reserve: Number(reserve),
      reservedCpu: Number(cpu),
      arch,
      category,
      generation,
      hypervisor,
      nvme,
      devices,
      branches: Number(branches),
      efa: Number(efa),
    });
  });

  test("is one of at least sixty, of every category that the catalogue has", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    const categoryOf = (name: string): string => /^[a-z]+/.exec(name)?.[0] ?? "";
    const checked = new Set(rows.map(([, , , , , , , , , category]) => category));
    const all = new Set(loadCatalogue().machines.map(({ name }) => categoryOf(name)));
    expect([...all].filter((category) => !checked.has(category))).toEqual([]);
  });
});

describe("every type of the catalogue, with other arithmetic", () => {
  const catalogue = loadCatalogue();
  const region = catalogueRegion(catalogue);
  const read = classFactsOf(nodeClassOf({}));
  if (!read.ok) throw new Error(read.failure.message);
  const resolve = createOfferingResolver(region);
  const conditions = {
    prices: listPrices(catalogue.onDemand.prices),
    isUnavailable: () => false,
    reservationCapacity: () => 0,
  };
  const types = resolveTypes(region, read.value, defaultResolutionSettings).map((resolved) => ({
    facts: resolved.facts,
    type: resolve(resolved, read.value, conditions),
  }));
  const each = (check: (type: InstanceType, facts: MachineFacts) => void): void => {
    for (const { type, facts } of types) check(type, facts);
  };

  test("is there, more than 1,200 of them, each once", () => {
    expect(types.length).toBeGreaterThan(1_200);
    expect(new Set(types.map(({ type }) => type.name)).size).toBe(types.length);
  });

  test("has the memory that is left when 7.5 % go, and 64 MiB more on arm64", () =>
    each(({ name, capacity }, { memoryMib, architectures }) => {
      const stated = BigInt(memoryMib) - (architectures[0] === "arm64" ? 64n : 0n);
      const lost = (stated * 75n + 999n) / 1000n;
      expect(capacity["memory"], name).toBe(Number(stated - lost) * mebibyte);
    }));

  test("has as many pods as its interfaces have addresses, and reserves for them", () =>
    each(({ name, capacity, overhead }, { cardInterfaces, defaultNetworkCard, ipv4PerInterface }) => {
      let pods = 2;
      for (let card = 0; card < (cardInterfaces[defaultNetworkCard] ?? 0); card += 1) pods += ipv4PerInterface - 1;
      expect(capacity["pods"], name).toBe(pods);
      expect(overhead.kubeReserved["memory"], name).toBe((11 * pods + 255) * mebibyte);
    }));

  test("reserves CPU by brackets, each truncated to whole milli-CPUs", () =>
    each(({ name, overhead }, { vcpus }) => {
      const whole = [Math.min(vcpus, 1) * 60, Math.min(Math.max(vcpus - 1, 0), 1) * 10];
      const halves = Math.min(Math.max(vcpus - 2, 0), 2) * 5;
      const quarters = Math.floor(Math.max(vcpus - 4, 0) * 2.5);
      expect(overhead.kubeReserved["cpu"], name).toBe((whole[0] ?? 0) + (whole[1] ?? 0) + halves + quarters);
    }));

  test("evicts at 100 Mi and at a tenth of its storage, and reserves nothing for the system", () =>
    each(({ name, capacity, overhead }) => {
      expect(overhead.evictionThreshold, name).toEqual({
        memory: 100 * mebibyte,
        "ephemeral-storage": Math.ceil((capacity["ephemeral-storage"] ?? 0) / 10),
      });
      expect(overhead.systemReserved, name).toEqual({});
      expect(overhead.kubeReserved["ephemeral-storage"], name).toBe(2 ** 30);
    }));

  test("counts its devices", () =>
    each(({ name, capacity }, { gpus, neuronDevices, efaInterfaces }) => {
      const made = (by: string) => gpus.reduce((sum, gpu) => sum + (gpu.manufacturer === by ? gpu.count : 0), 0);
      expect(capacity["nvidia.com/gpu"] ?? 0, name).toBe(made("NVIDIA"));
      expect(capacity["amd.com/gpu"] ?? 0, name).toBe(made("AMD"));
      expect(capacity["habana.ai/gaudi"] ?? 0, name).toBe(made("Habana"));
      expect(capacity["aws.amazon.com/neuron"] ?? 0, name).toBe(
        neuronDevices.reduce((sum, { count }) => sum + count, 0),
      );
      expect(capacity["vpc.amazonaws.com/efa"] ?? 0, name).toBe(efaInterfaces);
    }));

  test("is named by its labels", () =>
    each((type, { name, vcpus, memoryMib }) => {
      const [family = "", size] = name.split(".");
      const [, category, generation] = /^([a-z]+)(?:-[0-9]+tb)?([0-9]+)/.exec(family) ?? [];
      const found = [labels.instanceType, awsLabels.instanceFamily, awsLabels.instanceSize].map((key) =>
        labelOf(type, key),
      );
      expect(found).toEqual([name, family, size]);
      expect(labelOf(type, awsLabels.instanceCategory), name).toBe(category ?? "-");
      expect(labelOf(type, awsLabels.instanceGeneration), name).toBe(generation ?? "-");
      expect(labelOf(type, awsLabels.instanceCpu), name).toBe(String(vcpus));
      expect(labelOf(type, awsLabels.instanceMemory), name).toBe(String(memoryMib));
      expect(labelOf(type, awsLabels.instanceCapabilityFlex), name).toBe(String(family.endsWith("-flex")));
    }));

  test("offers each zone of the region under each of its capacity types, and is had only where it is sold", () =>
    each(({ name, offerings }, { usageClasses }) => {
      const kinds = usageClasses.filter((kind) => kind === "spot" || kind === "on-demand");
      const zones = new Set([...region.offerings.values()].flat());
      expect(offerings.length, name).toBe(zones.size * kinds.length);
      const sold = new Set(region.offerings.get(name) ?? []);
      for (const { zone, available } of offerings) if (available) expect(sold.has(zone), `${name} ${zone}`).toBe(true);
    }));

  test("without a price sorts behind all others and is never free", () =>
    each(({ name, offerings }) => {
      for (const { price, capacityType } of offerings)
        if (catalogue.onDemand.prices.has(name)) expect(price, name).toBeGreaterThan(0);
        else if (capacityType === "on-demand") expect(price, name).toBe(Number.POSITIVE_INFINITY);
    }));
});
