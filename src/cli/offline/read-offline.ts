import type { KubeObject } from "../../api/index.ts";
import {
  freezeSnapshot,
  type ClusterSnapshot,
  type ClusterState,
  epochMillisOf,
  type EpochMillis,
  type Result,
  type InstanceType,
  ok,
} from "../../core/index.ts";
import { joinManifests, type ManifestSet, parseManifests, positionText, readAsToday } from "../../manifests/index.ts";
import {
  type Catalogue,
  hasOwnPrices,
  listPrices,
  loadCatalogue,
  type Prices,
} from "../../provider-aws/catalogue/index.ts";
import {
  clusterOfObjects,
  type OfferedPool,
  poolsOf,
  type PoolWithClass,
  type TurnOf,
  unmetScales,
} from "../../studies/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { readTexts } from "../input/read-input.ts";
import type { Terminal } from "../terminal.ts";
import { readSamples, type Sample } from "../up/samples.ts";
import { judgeObjects } from "./judge-objects.ts";
import type { OfflineFlags } from "./offline-flags.ts";
import { createOfflineTypes } from "./offline-types.ts";
import { readPriceFile, unknownTypes, withOverrides } from "./price-file.ts";

/** An input as the engine takes it, and what of it could not be used. */
export interface OfflineInput {
  readonly state: ClusterState;
  readonly snapshot: ClusterSnapshot;
  readonly objects: readonly KubeObject[];
  readonly pods: number;
  /** Which pods come only once others run. */
  readonly turnOf: TurnOf;
  readonly now: EpochMillis;
  /** 2 when a document cannot be parsed, 1 when an object was refused, else 0. */
  readonly exitCode: number;
}

/** Where machines come from, for all inputs of one command. */
export interface OfflineMarket {
  readonly catalogue: Catalogue;
  readonly region: string;
  readonly prices: Prices;
}

export async function openMarket(
  flags: Pick<OfflineFlags, "region" | "prices">,
  terminal: Terminal,
): Promise<OfflineMarket> {
  const catalogue = loadCatalogue();
  const list = listPrices(catalogue.onDemand.prices);
  if (!hasOwnPrices(catalogue, flags.region))
    tell(terminal, `prices are those of ${catalogue.onDemand.region}: ${flags.region} has none of its own here`);
  if (flags.prices === undefined) return { catalogue, region: flags.region, prices: list };
  const overrides = await readPriceFile(flags.prices);
  const unknown = unknownTypes(overrides, new Set(catalogue.machines.map(({ name }) => name)));
  if (unknown.length > 0) tell(terminal, `--prices ${flags.prices}: no machine type is named ${unknown.join(", ")}`);
  return { catalogue, region: flags.region, prices: withOverrides(list, overrides) };
}

/** Notes go to standard error; data has standard output for itself. */
export const tell = (terminal: Terminal, text: string): void => void terminal.errors.write(`karpenter: ${text}\n`);

/** Reads what `-f` names and tells on standard error what it had to leave out or to assume. */
export async function readOffline(
  flags: OfflineFlags,
  market: OfflineMarket,
  terminal: Terminal,
): Promise<OfflineInput> {
  if (flags.filename.length === 0)
    throw new CliError("nothing to read: name a file or a folder with -f, or -f - for standard input");
  const texts = await readTexts(flags.filename, terminal.input);
  const given = readAsToday(joinManifests(texts.map(({ file, text }) => parseManifests(file, text))));
  const templates = new Set(texts.filter(({ text }) => isTemplate.test(text)).map(({ file }) => file));
  const broken = new Set(given.problems.map(({ position }) => position.file).filter((file) => templates.has(file)));
  for (const file of broken)
    terminal.errors.write(
      `${file}: a Helm template that has not been rendered; pass helm template's output with -f -\n`,
    );
  for (const { position, message } of given.problems)
    if (!broken.has(position.file)) terminal.errors.write(`${positionText(position)}: ${message}\n`);
  const judged = judgeObjects(given);
  for (const refusal of judged.refusals) terminal.errors.write(`${refusal}\n`);
  if (judged.unknownKinds.length > 0)
    tell(terminal, `skipped, as they bring no pods: ${judged.unknownKinds.join(", ")}`);
  if (judged.objects.length === 0) throw new CliError(`-f ${flags.filename.join(" -f ")}: there is no object in it`);
  const whole = await withSamples({ objects: judged.objects, problems: [] }, terminal);
  const objects = whole.objects.map(({ object }) => object);
  for (const name of unmetScales(objects, flags.scale))
    tell(terminal, `--scale ${name}: the input has no such workload`);
  const refused = judged.refusals.length > 0 ? exitCodes.findings : exitCodes.fine;
  const exitCode = given.problems.length > 0 ? exitCodes.wrongUse : refused;
  return { ...(await inputOf(objects, { flags, market, terminal }, takenAt(objects))), exitCode };
}

interface Reading {
  readonly flags: Pick<OfflineFlags, "scale">;
  readonly market: OfflineMarket;
  readonly terminal: Terminal;
}

/** Objects, wherever they come from, as the engine takes them at that moment. */
export async function inputOf(
  objects: readonly KubeObject[],
  { flags, market, terminal }: Reading,
  now: EpochMillis,
): Promise<Omit<OfflineInput, "exitCode">> {
  const withClasses = poolsOf(objects);
  const pools = offeredPools(withClasses, await createMarketTypes(withClasses, market), terminal);
  const { state, pods, turnOf } = clusterOfObjects(objects, pools, flags.scale);
  return { state, snapshot: freezeSnapshot(state, now), objects, pods: pods.length, turnOf, now };
}

/** An action of a template stands alone on its line or as a value; in texts that parse it may be anybody's. */
const isTemplate = /\{\{-?\s/;

async function withSamples(given: ManifestSet, terminal: Terminal): Promise<ManifestSet> {
  const kinds = new Set(given.objects.map(({ object }) => object.kind));
  const names: Sample[] = [];
  if (!kinds.has("StorageClass")) names.push("storage");
  if (!kinds.has("NodePool") && !kinds.has("Provisioner")) {
    names.push("pools");
    tell(terminal, "the input has no NodePool; the sample pools of `karpenter up` (samples/pools.yaml) stand in");
  }
  return joinManifests([await readSamples(names), given]);
}

type TypesOf = (pool: PoolWithClass) => Result<readonly InstanceType[], { readonly message: string }>;

/** Pools of nodes without machines have the generic types; they are loaded only where one is there. */
async function createMarketTypes(pools: readonly PoolWithClass[], market: OfflineMarket): Promise<TypesOf> {
  const offline = createOfflineTypes(market.catalogue, market.region, market.prices);
  const isGeneric = pools.some(({ nodeClass }) => nodeClass === undefined);
  const generic = isGeneric ? await (await import("../clouds/instance-types.ts")).readInstanceTypes(undefined) : [];
  return ({ nodeClass }) => (nodeClass === undefined ? ok(generic) : offline.of(nodeClass));
}

function offeredPools(pools: readonly PoolWithClass[], typesOf: TypesOf, terminal: Terminal): readonly OfferedPool[] {
  return pools.map((pool) => {
    const { kind, name } = pool.view.key;
    if (pool.classMissing)
      tell(
        terminal,
        `${kind} ${name}: its node class is not in the input; one with AL2023 and all defaults is assumed`,
      );
    const types = typesOf(pool);
    if (!types.ok) tell(terminal, `${kind} ${name} offers no machines: ${types.failure.message}`);
    return { view: pool.view, types: types.ok ? types.value : [] };
  });
}

/** The latest time that an object tells, so that ages are those of the dump and equal inputs give equal answers. */
function takenAt(objects: readonly KubeObject[]): EpochMillis {
  let latest = 0;
  for (const { metadata } of objects) {
    const time = Date.parse(metadata.creationTimestamp ?? "");
    if (time > latest) latest = time;
  }
  return epochMillisOf(latest + dayMillis);
}

const dayMillis = 86_400_000;
