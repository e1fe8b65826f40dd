import type { EC2NodeClass } from "../../api/index.ts";
import { failed, type InstanceType, ok, type Result } from "../../core/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import {
  type ClassFacts,
  type ClassPlacementGroup,
  classFactsKey,
  classFactsOf,
  createOfferingResolver,
  createTypeResolver,
  type EvaluateExpression,
  type KubeletValues,
  kubeletValuesOf,
  type MachineFacts,
  type Prices,
  type ReservedTexts,
  type ResolutionSettings,
  type ResolvedType,
} from "../catalogue/index.ts";
import type { Reservations } from "../capacity/reservations.ts";
import type { ZonalShifts } from "../zonal-shift/zonal-shift.ts";
import { type DiscoveredMemory, imagesKey } from "./discovered-memory.ts";
import type { DiscoveredRegion, TypeDiscovery } from "./discovery.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

export type TypeListFailure = { readonly message: string };

/** Instance types by node class, shared between classes that agree in everything that matters (spec: aws 2.6, 2.7). */
export interface TypeList {
  /**
   * Equal classes get the identical array, and the same array again while nothing has changed. A class that is new takes
   * several turns of the event loop, since more than a thousand types are worked out for it.
   */
  list(nodeClass: EC2NodeClass): Promise<Result<readonly InstanceType[], TypeListFailure>>;
  /** Names of types that can be launched with the class' settings at all, had or not (spec: aws 2.1, step 3). */
  compatible(nodeClass: EC2NodeClass): Promise<ReadonlySet<string>>;
  /** One type of that list. */
  find(nodeClass: EC2NodeClass, name: string): Promise<InstanceType | undefined>;
  /** What the class' expressions of reserved resources come to, by type name; nothing for a class without. */
  reserved(nodeClass: EC2NodeClass): Promise<ReservedByType>;
}

export type ReservedByType = (typeName: string) => ReservedTexts | undefined;

export interface TypeListDeps {
  readonly clock: Clock;
  readonly discovery: TypeDiscovery;
  readonly prices: Prices;
  readonly unavailable: UnavailableOfferings;
  readonly settings: ResolutionSettings;
  readonly reservations: Pick<Reservations, "available" | "version">;
  readonly shifts: Pick<ZonalShifts, "isShifted" | "shifted">;
  readonly placementGroup: (nodeClass: EC2NodeClass) => Promise<ClassPlacementGroup | undefined>;
  readonly memory: DiscoveredMemory;
  readonly log: Logger;
  /** Gate NodeClassCEL; without it expressions count for nothing. */
  readonly evaluate?: EvaluateExpression | undefined;
}

export function createTypeList(deps: TypeListDeps): TypeList {
  const readClass = createClassReader();
  const entries = createEntries(deps);
  const entryFor = async (nodeClass: EC2NodeClass): Promise<Result<Entry, TypeListFailure>> => {
    const { current } = deps.discovery;
    if (current === undefined) return failed({ message: "no instance types found" });
    const read = readClass(nodeClass, await deps.placementGroup(nodeClass));
    if (!read.ok) return read;
    if (read.value.facts.zones.length === 0) return failed({ message: "no subnets found" });
    const { key, images } = read.value;
    // Settings may be edited while types are listed by them.
    const { vmMemoryOverheadPercent, reservedEnis } = deps.settings;
    const shape = `${vmMemoryOverheadPercent} ${reservedEnis} ${deps.memory.versionOf(images)}`;
    return await entries({ ...read.value, key: `${key} ${images} ${shape}` }, current);
  };
  return {
    list: async (nodeClass) => {
      const entry = await entryFor(nodeClass);
      return entry.ok ? ok(refreshed(entry.value, deps)) : entry;
    },
    compatible: async (nodeClass) => {
      const entry = await entryFor(nodeClass);
      const resolved = entry.ok ? entry.value.resolved : [];
      return new Set(resolved.filter(({ compatible }) => compatible).map(({ name }) => name));
    },
    find: async (nodeClass, name) => {
      const entry = await entryFor(nodeClass);
      return entry.ok ? refreshed(entry.value, deps)[entry.value.indexOf.get(name) ?? -1] : undefined;
    },
    reserved: async (nodeClass) => {
      const entry = await entryFor(nodeClass);
      return (name) => (entry.ok ? entry.value.reservedTexts.get(name) : undefined);
    },
  };
}

interface ReadClass {
  readonly facts: ClassFacts;
  readonly key: string;
  readonly images: string;
}

interface KnownClass {
  readonly group: ClassPlacementGroup | undefined;
  readonly read: Result<ReadClass, TypeListFailure>;
}

/** Objects from a cache are the same until they change, so what was read of them holds as long as their group. */
function createClassReader() {
  const known = new WeakMap<EC2NodeClass, KnownClass>();
  return (nodeClass: EC2NodeClass, group: ClassPlacementGroup | undefined): Result<ReadClass, TypeListFailure> => {
    const before = known.get(nodeClass);
    if (before !== undefined && before.group === group) return before.read;
    const facts = classFactsOf(nodeClass, group);
    const read = facts.ok
      ? ok({ facts: facts.value, key: classFactsKey(facts.value), images: imagesKey(nodeClass) })
      : facts;
    known.set(nodeClass, { group, read });
    return read;
  };
}

/** What is kept for classes of one key. */
interface Entry {
  readonly resolved: readonly ResolvedType[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly withOfferings: (type: ResolvedType) => InstanceType;
  readonly reserved: boolean;
  /** By type name, of classes with expressions. */
  readonly reservedTexts: ReadonlyMap<string, ReservedTexts>;
  marks: number;
  prices: number;
  /** Counts of reservations and shifted zones that the offerings were made with. */
  capacity: string;
  sequences: readonly number[];
  types: readonly InstanceType[];
}

/** Entries that nobody has asked for this long belong to classes that have changed or gone. */
const unusedMilliseconds = 5 * 60_000;

/** A class with a type that cannot be worked out has no list at all (spec: aws 2.1). */
type EntryResult = Result<Entry, TypeListFailure>;

interface Slot {
  readonly entry: Promise<EntryResult>;
  usedAt: number;
}

/** One entry per key; all are dropped when EC2 has other types or offerings. What failed is not kept. */
function createEntries(deps: TypeListDeps): (read: ReadClass, found: DiscoveredRegion) => Promise<EntryResult> {
  const { clock } = deps;
  const slots = new Map<string, Slot>();
  let version = 0;
  let resolve: OfferingResolver | undefined;
  return (read, found) => {
    if (version !== found.version || resolve === undefined) {
      slots.clear();
      version = found.version;
      resolve = createOfferingResolver(found.facts);
    }
    const now = clock.monotonic();
    const known = slots.get(read.key);
    if (known !== undefined) {
      known.usedAt = now;
      return known.entry;
    }
    for (const [other, { usedAt }] of slots) if (now - usedAt > unusedMilliseconds) slots.delete(other);
    const entry = createEntry(deps, { read, found, resolve }).then((made) => {
      if (!made.ok) slots.delete(read.key);
      return made;
    });
    slots.set(read.key, { entry, usedAt: now });
    return entry;
  };
}

type OfferingResolver = ReturnType<typeof createOfferingResolver>;

/** Types worked out before the thread is given back: some milliseconds. */
const typesPerTurn = 200;

interface EntryContext {
  readonly read: ReadClass;
  readonly found: DiscoveredRegion;
  readonly resolve: OfferingResolver;
}

async function createEntry(deps: TypeListDeps, { read, found, resolve }: EntryContext): Promise<EntryResult> {
  const { prices, unavailable, reservations, shifts } = deps;
  const conditions = {
    prices,
    isUnavailable: (place: Parameters<UnavailableOfferings["isUnavailable"]>[0]) => unavailable.isUnavailable(place),
    reservationCapacity: (id: string) => reservations.available(id),
    isShifted: (zoneId: string | undefined) => shifts.isShifted(zoneId),
  };
  const types = await resolveAll(deps, read, found);
  if (!types.ok) return types;
  const { resolved, reservedTexts } = types.value;
  return ok({
    resolved,
    reservedTexts,
    indexOf: new Map(resolved.map(({ name }, index) => [name, index])),
    withOfferings: (type) => resolve(type, read.facts, conditions),
    reserved: read.facts.reservations.length > 0,
    marks: -1,
    prices: -1,
    capacity: "",
    sequences: [],
    types: [],
  });
}

interface ResolvedTypes {
  readonly resolved: readonly ResolvedType[];
  readonly reservedTexts: ReadonlyMap<string, ReservedTexts>;
}

async function resolveAll(
  deps: TypeListDeps,
  read: ReadClass,
  found: DiscoveredRegion,
): Promise<Result<ResolvedTypes, TypeListFailure>> {
  const { clock, log, settings, memory, evaluate } = deps;
  const resolveType = createTypeResolver(found.facts, read.facts, {
    ...settings,
    discoveredMemory: memory.reader(read.images),
  });
  const resolved: ResolvedType[] = [];
  const reservedTexts = new Map<string, ReservedTexts>();
  const dropped: string[] = [];
  for (const facts of found.facts.machines) {
    const kubelet = kubeletOn(facts, read.facts, { evaluate, settings });
    if (!kubelet.ok) return failed({ message: `${facts.name}: ${kubelet.failure.message}` });
    resolved.push(resolveType(facts, kubelet.value?.settings));
    if (kubelet.value !== undefined) {
      reservedTexts.set(facts.name, kubelet.value.texts);
      dropped.push(...kubelet.value.dropped.map((text) => `${facts.name}: ${text}`));
    }
    if (resolved.length % typesPerTurn === 0) await clock.yield();
  }
  if (dropped.length > 0)
    log.error("expressions of reserved resources are left out", { count: dropped.length, first: dropped[0] });
  return ok({ resolved, reservedTexts });
}

/** Undefined where the class' own settings hold for every type. */
function kubeletOn(
  facts: MachineFacts,
  classFacts: ClassFacts,
  { evaluate, settings }: Pick<TypeListDeps, "evaluate" | "settings">,
): Result<KubeletValues | undefined, TypeListFailure> {
  if (evaluate === undefined || classFacts.kubelet.expressions === undefined) return ok(undefined);
  return kubeletValuesOf(facts, classFacts, { reservedEnis: settings.reservedEnis, evaluate });
}

/** Rebuilds only types whose marks have changed; a new price, count or shift rebuilds all. */
function refreshed(entry: Entry, { unavailable, prices, reservations, shifts }: TypeListDeps): readonly InstanceType[] {
  unavailable.sweep();
  const capacity = `${entry.reserved ? reservations.version : 0} ${shifts.shifted().join()}`;
  const unchanged = entry.prices === prices.version && entry.capacity === capacity;
  if (unchanged && entry.marks === unavailable.version) return entry.types;
  const sequences = entry.resolved.map(({ name }) => unavailable.sequenceOf(name));
  entry.types = entry.resolved.map((type, index) => {
    const before = unchanged && entry.sequences[index] === sequences[index] ? entry.types[index] : undefined;
    return before ?? entry.withOfferings(type);
  });
  entry.sequences = sequences;
  entry.marks = unavailable.version;
  entry.prices = prices.version;
  entry.capacity = capacity;
  return entry.types;
}
