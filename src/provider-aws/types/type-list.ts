import type { EC2NodeClass } from "../../api/index.ts";
import { failed, type InstanceType, ok, type Result } from "../../core/index.ts";
import {
  type ClassFacts,
  classFactsKey,
  classFactsOf,
  createOfferingResolver,
  type Prices,
  type RegionFacts,
  type ResolutionSettings,
  type ResolvedType,
  resolveTypes,
} from "../catalogue/index.ts";
import type { TypeDiscovery } from "./discovery.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

export type TypeListFailure = { readonly message: string };

/** Instance types by node class, shared between classes that agree in everything that matters (spec: aws 2.6, 2.7). */
export interface TypeList {
  /** Equal classes get the identical array, and the same array again while nothing has changed. */
  list(nodeClass: EC2NodeClass): Result<readonly InstanceType[], TypeListFailure>;
  /** One type of that list. */
  find(nodeClass: EC2NodeClass, name: string): InstanceType | undefined;
}

interface ReadClass {
  readonly facts: ClassFacts;
  readonly key: string;
}

interface Entry {
  readonly discoveryVersion: number;
  readonly resolved: readonly ResolvedType[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly withOfferings: (type: ResolvedType) => InstanceType;
  marks: number;
  prices: number;
  sequences: readonly number[];
  types: readonly InstanceType[];
}

export function createTypeList(deps: {
  readonly discovery: TypeDiscovery;
  readonly prices: Prices;
  readonly unavailable: UnavailableOfferings;
  readonly settings: ResolutionSettings;
  readonly reservationCapacity: (reservationId: string) => number;
}): TypeList {
  const { discovery, prices, unavailable } = deps;
  const entries = new Map<string, Entry>();
  let offeringsFor:
    | { readonly region: RegionFacts; readonly resolve: ReturnType<typeof createOfferingResolver> }
    | undefined;

  const resolverOf = (region: RegionFacts) => {
    if (offeringsFor?.region !== region) offeringsFor = { region, resolve: createOfferingResolver(region) };
    return offeringsFor.resolve;
  };
  const conditions = {
    prices,
    isUnavailable: (place: Parameters<UnavailableOfferings["isUnavailable"]>[0]) => unavailable.isUnavailable(place),
    reservationCapacity: deps.reservationCapacity,
  };

  // Objects from a cache are the same until they change, so what was read of them holds as long.
  const read = new WeakMap<EC2NodeClass, Result<ReadClass, TypeListFailure>>();
  const readClass = (nodeClass: EC2NodeClass): Result<ReadClass, TypeListFailure> => {
    const known = read.get(nodeClass);
    if (known !== undefined) return known;
    const facts = classFactsOf(nodeClass);
    const result = facts.ok ? ok({ facts: facts.value, key: classFactsKey(facts.value) }) : facts;
    read.set(nodeClass, result);
    return result;
  };

  const entryOf = ({ facts: classFacts, key }: ReadClass, found: NonNullable<TypeDiscovery["current"]>): Entry => {
    const known = entries.get(key);
    if (known?.discoveryVersion === found.version) return known;
    if ([...entries.values()].some((entry) => entry.discoveryVersion !== found.version)) entries.clear();
    const resolved = resolveTypes(found.facts, classFacts, deps.settings);
    const resolve = resolverOf(found.facts);
    const entry: Entry = {
      discoveryVersion: found.version,
      resolved,
      indexOf: new Map(resolved.map(({ name }, index) => [name, index])),
      withOfferings: (type) => resolve(type, classFacts, conditions),
      marks: -1,
      prices: -1,
      sequences: [],
      types: [],
    };
    entries.set(key, entry);
    return entry;
  };

  /** Rebuilds only types whose marks have changed; a new price rebuilds all. */
  const refresh = (entry: Entry): readonly InstanceType[] => {
    unavailable.sweep();
    if (entry.marks === unavailable.version && entry.prices === prices.version) return entry.types;
    const samePrices = entry.prices === prices.version;
    const sequences = entry.resolved.map(({ name }) => unavailable.sequenceOf(name));
    entry.types = entry.resolved.map((type, index) => {
      const before = samePrices && entry.sequences[index] === sequences[index] ? entry.types[index] : undefined;
      return before ?? entry.withOfferings(type);
    });
    entry.sequences = sequences;
    entry.marks = unavailable.version;
    entry.prices = prices.version;
    return entry.types;
  };

  const entryFor = (nodeClass: EC2NodeClass): Result<Entry, TypeListFailure> => {
    if (discovery.current === undefined) return failed({ message: "no instance types found" });
    const read = readClass(nodeClass);
    if (!read.ok) return read;
    if (read.value.facts.zones.length === 0) return failed({ message: "no subnets found" });
    return ok(entryOf(read.value, discovery.current));
  };

  return {
    list: (nodeClass) => {
      const entry = entryFor(nodeClass);
      return entry.ok ? ok(refresh(entry.value)) : entry;
    },
    find: (nodeClass, name) => {
      const entry = entryFor(nodeClass);
      return entry.ok ? refresh(entry.value)[entry.value.indexOf.get(name) ?? -1] : undefined;
    },
  };
}
