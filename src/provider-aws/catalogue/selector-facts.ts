import { selectorRows } from "./generated/selector-facts.ts";

/** What EC2 states about a type and no decision needs, only a person who chooses one (spec: operations 6.2). */
export interface SelectorFacts {
  readonly name: string;
  /** `ebs`, `instance-store`. */
  readonly rootDevices: readonly string[];
  /** `hvm`, `paravirtual`. */
  readonly virtualizations: readonly string[];
  /** `hdd` or `ssd` of the local disks; empty without any. */
  readonly diskType: string;
  readonly burstable: boolean;
  readonly fpga: boolean;
  readonly hibernation: boolean;
  readonly ipv6: boolean;
  /** Of EBS volumes or local disks. */
  readonly nvme: boolean;
  /** Of EBS volumes or local disks. */
  readonly diskEncryption: boolean;
  /** By default or on request. */
  readonly ebsOptimized: boolean;
  readonly freeTier: boolean;
  readonly autoRecovery: boolean;
  readonly dedicatedHosts: boolean;
  /** Mbit/s, MB/s and operations a second that EBS optimisation always gives; absent without it. */
  readonly ebsBaseline?: { readonly mbps: number; readonly megabytes: number; readonly iops: number };
}

/** Letter of each yes or no in the table. */
const letters = {
  burstable: "b",
  fpga: "f",
  hibernation: "h",
  ipv6: "6",
  nvme: "n",
  diskEncryption: "x",
  ebsOptimized: "o",
  freeTier: "t",
  autoRecovery: "r",
  dedicatedHosts: "d",
} as const satisfies Partial<Record<keyof SelectorFacts, string>>;

type Flag = keyof typeof letters;
const flagNames = Object.keys(letters) as readonly Flag[];

/** One type as a line of the generated table: columns between `|`, list members between `,`; what most have is left empty. */
export function encodeSelectorFacts(facts: SelectorFacts): string {
  const { name, rootDevices, virtualizations, diskType, ebsBaseline: ebs } = facts;
  return [
    name,
    flagNames.map((flag) => (facts[flag] ? letters[flag] : "")).join(""),
    diskType,
    orEmpty(rootDevices.join(), "ebs"),
    orEmpty(virtualizations.join(), "hvm"),
    ebs === undefined ? "" : `${ebs.mbps},${ebs.megabytes},${ebs.iops}`,
  ].join("|");
}

const orEmpty = (text: string, usual: string): string => (text === usual ? "" : text);

/** Reads a line written by `encodeSelectorFacts`. */
export function decodeSelectorFacts(line: string): SelectorFacts {
  const [name = "", flags = "", diskType = "", roots = "", virtualizations = "", ebs = ""] = line.split("|");
  return {
    name,
    rootDevices: (roots || "ebs").split(","),
    virtualizations: (virtualizations || "hvm").split(","),
    diskType,
    ...(Object.fromEntries(flagNames.map((flag) => [flag, flags.includes(letters[flag])])) as Record<Flag, boolean>),
    ...(ebs === "" ? {} : { ebsBaseline: baselineOf(ebs) }),
  };
}

function baselineOf(text: string): NonNullable<SelectorFacts["ebsBaseline"]> {
  const [mbps = 0, megabytes = 0, iops = 0] = text.split(",").map(Number);
  return { mbps, megabytes, iops };
}

/** By name; a type of the catalogue has an entry here. Reading takes some milliseconds: once per process. */
export const loadSelectorFacts = (): ReadonlyMap<string, SelectorFacts> =>
  new Map(selectorRows.split("\n").map((line) => [line.slice(0, line.indexOf("|")), decodeSelectorFacts(line)]));
