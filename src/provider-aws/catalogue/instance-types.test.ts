import { describe, expect, test } from "vitest";
import { awsLabels, capacityTypes, labels } from "../../api/index.ts";
import { allocatableOf, type InstanceType, singleValueOf } from "../../core/index.ts";
import { machineCapacity } from "./capacity.ts";
import { classFactsKey, classFactsOf } from "./class-facts.ts";
import { defaultResolutionSettings, resolveTypes } from "./resolve.ts";
import { loadCatalogue } from "./tables.ts";
import { catalogueRegion, nodeClassOf, type TypeOptions, typeOf } from "./testing.ts";

const mi = 2 ** 20;
const gi = 2 ** 30;
const label = (type: InstanceType, key: string): string | undefined => singleValueOf(type.requirements.get(key));
const pods = (name: string, options?: TypeOptions): number => typeOf(name, options).capacity["pods"] ?? 0;
const kubeMemoryMi = (name: string, options?: TypeOptions): number =>
  (typeOf(name, options).overhead.kubeReserved["memory"] ?? 0) / mi;
const storage = (name: string, options?: TypeOptions): number =>
  typeOf(name, options).capacity["ephemeral-storage"] ?? 0;
const availableZones = (type: InstanceType, capacityType: string): readonly string[] =>
  type.offerings
    .filter((offering) => offering.available && offering.capacityType === capacityType)
    .map(({ zone }) => zone);

describe("capacity", () => {
  test("[aws 9.2.13] m5.large offers 7577Mi, 2 CPUs and 29 pods", () => {
    expect(typeOf("m5.large").capacity).toMatchObject({ cpu: 2000, memory: 7577 * mi, pods: 29 });
  });

  test("[aws 9.2.14] an arm64 type of 8192 MiB offers 7518Mi, since 64 MiB are taken off first", () => {
    expect(typeOf("m6g.large").capacity["memory"]).toBe(7518 * mi);
  });

  test.each([
    ["t3.large", 35],
    ["m5.xlarge", 58],
    ["m6idn.32xlarge", 394],
  ])("%s has addresses for %i pods", (name, expected) => {
    expect(pods(name)).toBe(expected);
  });

  test("[aws 9.2.18] more reserved interfaces than the type has leave no pods", () => {
    expect(pods("t3.large", { settings: { reservedEnis: 1_000_000 } })).toBe(0);
  });

  test("[aws 9.2.19] podsPerCore caps pods, also below maxPods, but not on Bottlerocket and not when 0", () => {
    expect(pods("m5.xlarge", { spec: { kubelet: { podsPerCore: 1 } } })).toBe(4);
    expect(pods("m5.xlarge", { spec: { kubelet: { podsPerCore: 1, maxPods: 20 } } })).toBe(4);
    expect(pods("m5.xlarge", { family: "Bottlerocket", spec: { kubelet: { podsPerCore: 1 } } })).toBe(58);
    expect(pods("m5.xlarge", { spec: { kubelet: { podsPerCore: 0 } } })).toBe(58);
  });

  test("[aws 9.2.26] pod-ENI capacity is the branch interfaces of types that can trunk", () => {
    expect(typeOf("m5.large").capacity["vpc.amazonaws.com/pod-eni"]).toBe(9);
    expect(typeOf("t3.large").capacity["vpc.amazonaws.com/pod-eni"]).toBeUndefined();
    const [facts] = loadCatalogue().machines;
    const classFacts = classFactsOf(nodeClassOf());
    const limits = { ipv4PerInterface: 10, trunking: false, branchInterfaces: 9 };
    if (facts === undefined || !classFacts.ok) throw new Error("the catalogue has no type");
    const capacity = machineCapacity(facts, classFacts.value, defaultResolutionSettings, limits);
    expect(capacity["vpc.amazonaws.com/pod-eni"]).toBeUndefined();
  });

  test("[aws 9.2.36] an efa-only interface on card 0 costs one interface and is the EFA capacity", () => {
    const networkInterfaces = [
      { networkCardIndex: 0, deviceIndex: 0, interfaceType: "interface" },
      { networkCardIndex: 0, deviceIndex: 1, interfaceType: "efa-only" },
    ] as const;
    const type = typeOf("p4d.24xlarge", { spec: { networkInterfaces } });
    expect(type.capacity).toMatchObject({ pods: 14 * 49 + 2, "vpc.amazonaws.com/efa": 1 });
    expect(typeOf("p4d.24xlarge").capacity).toMatchObject({ pods: 15 * 49 + 2, "vpc.amazonaws.com/efa": 4 });
  });
});

describe("overhead", () => {
  test("[aws 9.2.15] m5.xlarge reserves 80m CPU, 893Mi memory, 1Gi storage, and evicts at 100Mi", () => {
    const { overhead } = typeOf("m5.xlarge");
    expect(overhead.kubeReserved).toEqual({ cpu: 80, memory: 893 * mi, "ephemeral-storage": gi });
    expect(overhead.evictionThreshold["memory"]).toBe(100 * mi);
  });

  test("[aws 9.2.16] with maxPods 10 the families that reserve by interfaces keep 640Mi, the others 365Mi", () => {
    const spec = { kubelet: { maxPods: 10 } };
    expect(pods("t3.large", { spec })).toBe(10);
    for (const family of ["AL2", "AL2023", "Custom"] as const)
      expect(kubeMemoryMi("t3.large", { family, spec })).toBe(640);
    for (const family of ["Bottlerocket", "Windows2022"] as const)
      expect(kubeMemoryMi("t3.large", { family, spec })).toBe(365);
  });

  test("[aws 9.2.17] one reserved interface leaves 24 pods; the reserve follows on Bottlerocket only", () => {
    const settings = { reservedEnis: 1 };
    expect(pods("t3.large", { settings })).toBe(24);
    expect(kubeMemoryMi("t3.large", { settings })).toBe(640);
    expect(kubeMemoryMi("t3.large", { family: "Bottlerocket", settings })).toBe(519);
    expect(pods("t3.large", { family: "Windows2022", settings })).toBe(110);
    expect(kubeMemoryMi("t3.large", { family: "Windows2022", settings })).toBe(1465);
  });

  test("[aws 9.2.20] evictionHard as a percentage counts of memory after VM overhead; 100 % switches it off; soft never counts", () => {
    const threshold = (kubelet: Record<string, unknown>): number | undefined =>
      typeOf("m5.large", { spec: { kubelet } }).overhead.evictionThreshold["memory"];
    const memory = 7577 * mi;
    expect(threshold({ evictionHard: { "memory.available": "10%" } })).toBe(Math.ceil((memory / 100) * 10));
    expect(threshold({ evictionHard: { "memory.available": "100%" } })).toBe(0);
    expect(
      threshold({ evictionHard: { "memory.available": "200Mi" }, evictionSoft: { "memory.available": "1Gi" } }),
    ).toBe(200 * mi);
  });

  test("[aws 9.2.21] kubeReserved overrides key by key", () => {
    const { kubeReserved } = typeOf("m5.xlarge", { spec: { kubelet: { kubeReserved: { cpu: "2" } } } }).overhead;
    expect(kubeReserved).toEqual({ cpu: 2000, memory: 893 * mi, "ephemeral-storage": gi });
  });

  test("[aws 9.2.22] nothing is reserved for the system unless asked", () => {
    expect(typeOf("m5.xlarge").overhead.systemReserved).toEqual({});
    expect(
      typeOf("m5.xlarge", { spec: { kubelet: { systemReserved: { memory: "1Gi" } } } }).overhead.systemReserved,
    ).toEqual({ memory: gi });
  });

  test.each([
    ["m5.large", 70],
    ["m5.xlarge", 80],
    ["m5.2xlarge", 90],
    ["t2.micro", 60],
  ])("%s reserves %im CPU for the kubelet", (name, expected) => {
    expect(typeOf(name).overhead.kubeReserved["cpu"]).toBe(expected);
  });

  test("[aws 9.2.47] an expression counts for nothing while its gate is off", () => {
    const spec = { kubelet: { maxPods: "vcpus * 10", kubeReserved: { cpu: "vcpus * 20" } } };
    expect(pods("m5.xlarge", { spec })).toBe(58);
    expect(typeOf("m5.xlarge", { spec }).overhead.kubeReserved["cpu"]).toBe(80);
  });

  test("a kubelet map that does not decode is an error that names the field", () => {
    const facts = classFactsOf(
      nodeClassOf({ spec: { kubelet: { maxPods: -1, evictionHard: { "memory.available": "x" } } } }),
    );
    expect(facts).toEqual({
      ok: false,
      failure: {
        message:
          'kubelet.maxPods: expected a whole number of at least 0, found -1; kubelet.evictionHard.memory.available: expected a percentage or a quantity, found "x"',
      },
    });
  });
});

describe("ephemeral storage", () => {
  test("[aws 9.2.23] RAID0 offers the local disks in decimal gigabytes, otherwise the root volume counts", () => {
    expect(storage("m6id.4xlarge", { spec: { instanceStorePolicy: "RAID0" } })).toBe(950e9);
    expect(storage("m6id.4xlarge")).toBe(20 * gi);
  });

  test("[aws 9.2.24] Custom takes the last volume; AL2 ignores a volume on another device", () => {
    const volume = (deviceName: string, volumeSize: string) => ({ deviceName, ebs: { volumeSize } });
    const blockDeviceMappings = [volume("/dev/xvda", "20Gi"), volume("/dev/xvdb", "40Gi")];
    expect(storage("m5.large", { family: "Custom", spec: { blockDeviceMappings } })).toBe(40 * gi);
    expect(storage("m5.large", { family: "AL2", spec: { blockDeviceMappings: [volume("/dev/xvdz", "40Gi")] } })).toBe(
      20 * gi,
    );
    expect(
      storage("m5.large", { family: "AL2023", spec: { blockDeviceMappings: [volume("/dev/xvda", "80Gi")] } }),
    ).toBe(80 * gi);
    expect(storage("m5.large", { family: "Windows2022" })).toBe(50 * gi);
  });

  test("[aws 9.2.25] a mapping marked as root volume counts, whatever its device", () => {
    const blockDeviceMappings = [{ deviceName: "/dev/sdb", rootVolume: true, ebs: { volumeSize: "30Gi" } }];
    expect(storage("m5.large", { spec: { blockDeviceMappings } })).toBe(30 * gi);
  });
});

describe("labels", () => {
  test("[aws 9.2.27] one kind of GPU gives labels and a resource, two kinds give the sum and no labels", () => {
    const one = typeOf("g4dn.8xlarge");
    expect(one.capacity["nvidia.com/gpu"]).toBe(1);
    expect(label(one, awsLabels.instanceGpuName)).toBe("t4");
    expect(label(one, awsLabels.instanceGpuManufacturer)).toBe("nvidia");
    const gpu = { name: "T4", manufacturer: "NVIDIA", count: 1, memoryMib: 16_384 };
    const two = typeOf("g4dn.8xlarge", { facts: { gpus: [gpu, { ...gpu, name: "L4", count: 2 }] } });
    expect(two.capacity["nvidia.com/gpu"]).toBe(3);
    expect(label(two, awsLabels.instanceGpuName)).toBeUndefined();
  });

  test("[aws 9.2.28] Neuron devices give both resources and accelerator labels made by aws", () => {
    const type = typeOf("trn1.32xlarge");
    expect(type.capacity).toMatchObject({ "aws.amazon.com/neuron": 16, "aws.amazon.com/neuroncore": 32 });
    expect(label(type, awsLabels.instanceAcceleratorName)).toBe("trainium");
    expect(label(type, awsLabels.instanceAcceleratorManufacturer)).toBe("aws");
    expect(label(type, awsLabels.instanceAcceleratorCount)).toBe("16");
  });

  test("[aws 9.2.29] local NVMe is labelled with its total size, and absent on EBS-only types", () => {
    expect(label(typeOf("g5.4xlarge"), awsLabels.instanceLocalNvme)).toBe("600");
    expect(label(typeOf("m5.large"), awsLabels.instanceLocalNvme)).toBeUndefined();
  });

  test("[aws 9.2.30] u-6tb1.metal is category u, generation 1, size metal", () => {
    const type = typeOf("m5.large", { facts: { name: "u-6tb1.metal" } });
    expect(label(type, awsLabels.instanceCategory)).toBe("u");
    expect(label(type, awsLabels.instanceGeneration)).toBe("1");
    expect(label(type, awsLabels.instanceSize)).toBe("metal");
  });

  test("[aws 9.2.31] a Windows class labels amd64 types with OS and build, and arm64 types match no OS", () => {
    const amd = typeOf("m5.large", { family: "Windows2022" });
    expect(label(amd, labels.os)).toBe("windows");
    expect(label(amd, labels.windowsBuild)).toBe("10.0.20348");
    expect(typeOf("m6g.large", { family: "Windows2022" }).requirements.get(labels.os)?.values.size).toBe(0);
  });

  test.each([
    ["g4dn.8xlarge", "50000"],
    ["inf2.xlarge", "2083"],
    ["t3.nano", "32"],
    ["p4d.24xlarge", "400000"],
  ])("%s has a network of %s Mbit/s", (name, expected) => {
    expect(label(typeOf(name), awsLabels.instanceNetworkBandwidth)).toBe(expected);
  });

  test("a type that lists i386 first is amd64", () => {
    expect(label(typeOf("t2.micro"), labels.arch)).toBe("amd64");
  });

  test("flex types say so", () => {
    expect(label(typeOf("m7i-flex.large"), awsLabels.instanceCapabilityFlex)).toBe("true");
    expect(label(typeOf("m5.large"), awsLabels.instanceCapabilityFlex)).toBe("false");
  });
});

describe("offerings", () => {
  test("[aws 9.2.32] zones without a subnet of the class are listed but not available", () => {
    const type = typeOf("m5.large", { zones: "ab" });
    expect(availableZones(type, capacityTypes.onDemand)).toEqual(["us-east-1a", "us-east-1b"]);
    expect(type.offerings.some(({ zone }) => zone === "us-east-1c")).toBe(true);
  });

  test("[aws 9.2.34] a1 types cannot run AL2023", () => {
    expect(availableZones(typeOf("a1.large"), capacityTypes.onDemand)).toEqual([]);
    expect(availableZones(typeOf("a1.large", { family: "Bottlerocket" }), capacityTypes.onDemand)).not.toEqual([]);
  });

  test("[aws 9.2.35] connection tracking leaves only Nitro types", () => {
    const spec = { connectionTracking: { udpTimeout: 30 } };
    expect(availableZones(typeOf("m5.large", { spec }), capacityTypes.onDemand)).not.toEqual([]);
    expect(availableZones(typeOf("m5.metal", { spec }), capacityTypes.onDemand)).toEqual([]);
    expect(availableZones(typeOf("t2.micro", { spec }), capacityTypes.onDemand)).toEqual([]);
  });

  test("[aws 9.2.37] nested virtualisation needs the processor feature", () => {
    const spec = { cpuOptions: { nestedVirtualization: "enabled" } } as const;
    const featured = { cpuFeatures: ["nested-virtualization"] };
    expect(availableZones(typeOf("m5.large", { spec }), capacityTypes.onDemand)).toEqual([]);
    expect(availableZones(typeOf("m5.large", { spec, facts: featured }), capacityTypes.onDemand)).not.toEqual([]);
  });

  test("[aws 9.2.48] a reservation of 10 is an offering of 10 at a ten-millionth of the price; none left or expiring is unavailable", () => {
    const reservation = {
      id: "cr-1",
      availabilityZone: "us-east-1a",
      instanceType: "m5.large",
      instanceMatchCriteria: "open",
      ownerID: "123456789012",
    };
    const reserved = (free: number, state: "active" | "expiring" = "active") =>
      typeOf("m5.large", {
        status: { capacityReservations: [{ ...reservation, state }] },
        conditions: { reservationCapacity: () => free },
      }).offerings.find(({ capacityType }) => capacityType === capacityTypes.reserved);
    expect(reserved(10)).toMatchObject({ reservationId: "cr-1", reservationCapacity: 10, available: true });
    expect(reserved(10)?.price).toBeCloseTo(0.096 / 10_000_000, 15);
    expect(reserved(0)?.available).toBe(false);
    expect(reserved(10, "expiring")?.available).toBe(false);
  });

  test("[aws 9.2.43] a spot offering without a price is unavailable", () => {
    const prices = { version: 1, onDemand: () => 1, spot: () => undefined };
    expect(availableZones(typeOf("m5.large", { conditions: { prices } }), capacityTypes.spot)).toEqual([]);
  });

  test("an on-demand offering without a price can be had, behind every known price", () => {
    const prices = { version: 1, onDemand: () => undefined, spot: () => undefined };
    const had = typeOf("m5.large", { conditions: { prices } }).offerings.filter(({ available }) => available);
    expect(had.map(({ zone, capacityType, price }) => [zone, capacityType, price])).toEqual(
      ["us-east-1a", "us-east-1b", "us-east-1c"].map((zone) => [zone, "on-demand", Number.POSITIVE_INFINITY]),
    );
  });
});

describe("identity of classes", () => {
  const keyOf = (spec: Parameters<typeof nodeClassOf>[0]): string => {
    const facts = classFactsOf(nodeClassOf(spec));
    return facts.ok ? classFactsKey(facts.value) : "";
  };

  test("[aws 9.2.46] the order of kubelet keys makes no difference, another set of zones does", () => {
    const a = keyOf({ spec: { kubelet: { kubeReserved: { cpu: "1", memory: "1Gi" }, maxPods: 10 } } });
    const b = keyOf({ spec: { kubelet: { maxPods: 10, kubeReserved: { memory: "1Gi", cpu: "1" } } } });
    expect(a).toBe(b);
    expect(keyOf({ zones: "ab" })).not.toBe(keyOf({ zones: "abc" }));
  });

  test("[aws 9.2.46] the end of a reservation makes no difference", () => {
    const reservation = {
      id: "cr-1",
      availabilityZone: "us-east-1a",
      instanceType: "m5.large",
      instanceMatchCriteria: "open",
      ownerID: "123456789012",
    };
    const ending = (endTime: string) => keyOf({ status: { capacityReservations: [{ ...reservation, endTime }] } });
    expect(ending("2026-01-01T00:00:00Z")).toBe(ending("2027-01-01T00:00:00Z"));
  });
});

describe("every type of the catalogue", () => {
  const catalogue = loadCatalogue();
  const region = catalogueRegion(catalogue);
  const resolvedWith = (options: Parameters<typeof nodeClassOf>[0]) => {
    const facts = classFactsOf(nodeClassOf(options));
    return facts.ok ? resolveTypes(region, facts.value, defaultResolutionSettings) : [];
  };

  test("says something on each label of the provider", () => {
    const { ec2NodeClass: _, placementGroupId: __, placementGroupPartition: ___, zoneId: ____, ...always } = awsLabels;
    for (const { name, requirements } of resolvedWith({}))
      for (const key of Object.values(always)) expect(requirements.has(key), `${name} ${key}`).toBe(true);
  });

  test.each(["AL2", "AL2023", "Bottlerocket", "Custom"] as const)("leaves something for pods under %s", (family) => {
    for (const type of resolvedWith({ family })) {
      const { cpu = 0, memory = 0, pods = 0 } = allocatableOf({ ...type, offerings: [] });
      expect(Math.min(cpu, memory, pods), type.name).toBeGreaterThan(0);
    }
  });

  test("leaves nothing under Windows only where a gigabyte meets the reserve for 110 pods", () => {
    const full = resolvedWith({ family: "Windows2022" }).filter(
      (type) => (allocatableOf({ ...type, offerings: [] })["memory"] ?? 0) <= 0,
    );
    expect(full.map(({ facts }) => facts.memoryMib).every((memory) => memory <= 1024)).toBe(true);
  });
});
