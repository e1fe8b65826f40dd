import type { MachineFacts } from "./facts.ts";

/**
 * One type as a line of the generated table: columns between `|`, list members between `,`, members of a member
 * between `:`. Absent numbers are empty columns.
 */
export function encodeMachine(facts: MachineFacts): string {
  const flags = [
    facts.bareMetal && "b",
    facts.storageNvme && "n",
    facts.enaSupported && "e",
    facts.encryptionInTransit && "t",
    facts.nitroEnclaves && "s",
    facts.currentGeneration && "c",
  ];
  return [
    facts.name,
    facts.vcpus,
    facts.memoryMib,
    facts.architectures.join(),
    facts.usageClasses.join(),
    facts.hypervisor,
    flags.filter(Boolean).join(""),
    facts.cpuManufacturer ?? "",
    facts.clockMhz,
    facts.cpuFeatures.join(),
    facts.ebsMbps ?? "",
    facts.storageGb ?? "",
    facts.gpus.map((gpu) => [gpu.name, gpu.manufacturer, gpu.count, gpu.memoryMib].join(":")).join(),
    facts.neuronDevices.map((device) => [device.name, device.count, device.coresPerDevice].join(":")).join(),
    facts.accelerators.map((device) => [device.name, device.manufacturer, device.count].join(":")).join(),
    facts.defaultNetworkCard,
    facts.cardInterfaces.join(),
    facts.ipv4PerInterface,
    facts.efaInterfaces,
    facts.networkMbps ?? "",
    facts.placementStrategies.join(),
  ].join("|");
}

const list = (text: string): readonly string[] => (text === "" ? [] : text.split(","));
const members = (text: string): readonly (readonly string[])[] => list(text).map((member) => member.split(":"));

function optional<K extends string>(key: K, text: string): Partial<Record<K, number>> {
  return text === "" ? {} : ({ [key]: Number(text) } as Record<K, number>);
}

/** Reads a line written by `encodeMachine`. */
export function decodeMachine(line: string): MachineFacts {
  const columns = line.split("|");
  const column = (index: number): string => columns[index] ?? "";
  const flags = column(6);
  return {
    name: column(0),
    vcpus: Number(column(1)),
    memoryMib: Number(column(2)),
    architectures: list(column(3)),
    usageClasses: list(column(4)),
    hypervisor: column(5),
    bareMetal: flags.includes("b"),
    storageNvme: flags.includes("n"),
    enaSupported: flags.includes("e"),
    encryptionInTransit: flags.includes("t"),
    nitroEnclaves: flags.includes("s"),
    currentGeneration: flags.includes("c"),
    ...(column(7) === "" ? {} : { cpuManufacturer: column(7) }),
    clockMhz: Number(column(8)),
    cpuFeatures: list(column(9)),
    ...optional("ebsMbps", column(10)),
    ...optional("storageGb", column(11)),
    ...decodeDevices(column(12), column(13), column(14)),
    defaultNetworkCard: Number(column(15)),
    cardInterfaces: list(column(16)).map(Number),
    ipv4PerInterface: Number(column(17)),
    efaInterfaces: Number(column(18)),
    ...optional("networkMbps", column(19)),
    placementStrategies: list(column(20)),
  };
}

function decodeDevices(gpus: string, neuron: string, accelerators: string) {
  return {
    gpus: members(gpus).map(([name = "", manufacturer = "", count, memoryMib]) => ({
      name,
      manufacturer,
      count: Number(count),
      memoryMib: Number(memoryMib),
    })),
    neuronDevices: members(neuron).map(([name = "", count, coresPerDevice]) => ({
      name,
      count: Number(count),
      coresPerDevice: Number(coresPerDevice),
    })),
    accelerators: members(accelerators).map(([name = "", manufacturer = "", count]) => ({
      name,
      manufacturer,
      count: Number(count),
    })),
  };
}
