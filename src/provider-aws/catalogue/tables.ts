import type { MachineFacts, NetworkLimits } from "./facts.ts";
import { machineRows } from "./generated/machines.ts";
import { networkLimitRows } from "./generated/network-limits.ts";
import { onDemandDate, onDemandRows } from "./generated/on-demand-prices.ts";
import { regionRows } from "./generated/regions.ts";
import { decodeMachine } from "./machine-row.ts";

export interface ZoneFacts {
  readonly name: string;
  readonly id: string;
}

export interface RegionCatalogue {
  readonly region: string;
  /** In order of name. */
  readonly zones: readonly ZoneFacts[];
  /** Zones that offer a type, by type name. */
  readonly offerings: ReadonlyMap<string, readonly string[]>;
}

/** The facts that ship with the project (product.md 10). Reading them takes tens of milliseconds: read once, pass on. */
export interface Catalogue {
  /** In order of name. */
  readonly machines: readonly MachineFacts[];
  readonly regions: ReadonlyMap<string, RegionCatalogue>;
  readonly networkLimits: ReadonlyMap<string, NetworkLimits>;
  readonly onDemand: PriceTable;
}

export interface PriceTable {
  /** The region whose prices these are. */
  readonly region: string;
  /** Day of the prices, `YYYY-MM-DD`. */
  readonly date: string;
  /** USD an hour by type name. */
  readonly prices: ReadonlyMap<string, number>;
}

export function loadCatalogue(): Catalogue {
  return { machines: machineRows.split("\n").map(decodeMachine), regions: loadRegions(), ...loadLimitsAndPrices() };
}

/** What a live account does not tell itself. Machines and regions are not decoded: that takes most of the time. */
export function loadLimitsAndPrices(): Pick<Catalogue, "networkLimits" | "onDemand"> {
  return {
    networkLimits: loadNetworkLimits(),
    onDemand: { region: "us-east-1", date: onDemandDate, prices: loadPrices() },
  };
}

/** The regions of the catalogue, without loading it. */
export const catalogueRegions = (): readonly string[] =>
  [...regionRows.matchAll(/^region (\S+)/gm)].map(([, name = ""]) => name);

/** Whether a region's prices are its own; if not, say that those of us-east-1 are used (spec: aws 4.3). */
export const hasOwnPrices = (catalogue: Catalogue, region: string): boolean => catalogue.onDemand.region === region;

function loadPrices(): ReadonlyMap<string, number> {
  const prices = new Map<string, number>();
  for (const row of onDemandRows.split("\n")) {
    const comma = row.indexOf(",");
    prices.set(row.slice(0, comma), Number(row.slice(comma + 1)));
  }
  return prices;
}

function loadNetworkLimits(): ReadonlyMap<string, NetworkLimits> {
  const limits = new Map<string, NetworkLimits>();
  for (const row of networkLimitRows.split("\n")) {
    const [name = "", ipv4, branch = ""] = row.split(",");
    limits.set(name, {
      ipv4PerInterface: Number(ipv4),
      trunking: branch !== "",
      branchInterfaces: branch === "" ? 0 : Number(branch),
    });
  }
  return limits;
}

function loadRegions(): ReadonlyMap<string, RegionCatalogue> {
  const regions = new Map<string, RegionCatalogue & { offerings: Map<string, readonly string[]> }>();
  let offerings = new Map<string, readonly string[]>();
  for (const line of regionRows.split("\n")) {
    const [first = "", second = "", third = ""] = line.split(" ");
    if (first === "region") {
      offerings = new Map();
      regions.set(second, { region: second, zones: third.split(",").map(zoneOf), offerings });
      continue;
    }
    const zones = first.split(",");
    for (const type of second.split(",")) offerings.set(type, zones);
  }
  return regions;
}

function zoneOf(text: string): ZoneFacts {
  const [name = "", id = ""] = text.split("=");
  return { name, id };
}
