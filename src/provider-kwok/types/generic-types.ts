import { capacityTypes, resourceNames } from "../../api/index.ts";
import type { InstanceType, Offering } from "../../core/index.ts";
import { inOrderOfName, makeInstanceType, makeOffering } from "./make-instance-type.ts";

const vcpuCounts = [1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256];
/** GiB of memory for each vCPU. */
const families = { c: 2, s: 4, m: 8 };
const operatingSystems = ["linux", "windows"];
const architectures = ["amd64", "arm64"];
const zones = ["test-zone-a", "test-zone-b", "test-zone-c", "test-zone-d"];

const gibibyte = 2 ** 30;
const podsPerVcpu = 16;
const mostPods = 1024;
/** USD an hour. */
const pricePerVcpu = 0.025;
/** USD an hour for each 10^9 bytes. */
const pricePerGigabyte = 0.001;
const spotShare = 0.7;

/** The 144 generic types of the KWOK provider, in order of name (spec: operations 6.3). */
export function genericInstanceTypes(): readonly InstanceType[] {
  return inOrderOfName(
    vcpuCounts.flatMap((vcpus) =>
      Object.entries(families).flatMap(([family, perVcpu]) =>
        operatingSystems.flatMap((os) =>
          architectures.map((architecture) =>
            genericType({ family, vcpus, memory: vcpus * perVcpu * gibibyte, os, architecture }),
          ),
        ),
      ),
    ),
  );
}

function genericType(shape: {
  readonly family: string;
  readonly vcpus: number;
  /** Bytes. */
  readonly memory: number;
  readonly os: string;
  readonly architecture: string;
}): InstanceType {
  const { family, vcpus, memory, os, architecture } = shape;
  return makeInstanceType({
    name: `${family}-${vcpus}x-${architecture}-${os}`,
    architecture,
    operatingSystems: [os],
    capacity: {
      [resourceNames.cpu]: vcpus * 1000,
      [resourceNames.memory]: memory,
      [resourceNames.ephemeralStorage]: 20 * gibibyte,
      [resourceNames.pods]: Math.min(podsPerVcpu * vcpus, mostPods),
    },
    offerings: genericOfferings(pricePerVcpu * vcpus + (pricePerGigabyte * memory) / 1e9),
  });
}

const genericOfferings = (price: number): readonly Offering[] =>
  zones.flatMap((zone) => [
    makeOffering({ zone, capacityType: capacityTypes.spot, price: price * spotShare, available: true }),
    makeOffering({ zone, capacityType: capacityTypes.onDemand, price, available: true }),
  ]);
