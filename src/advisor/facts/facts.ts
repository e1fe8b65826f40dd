import type { AWSNodeTemplate, Event, KubeObject, Node, Pod, PodDisruptionBudget } from "../../api/index.ts";
import type { InstanceType } from "../../core/index.ts";
import type { ManifestObject, ManifestProblem, ManifestSet } from "../../manifests/index.ts";
import type { InputName } from "../model/inputs.ts";
import type { AccountFacts } from "./account.ts";
import { isControllers } from "./controller-marks.ts";
import { type ExpectedEndpoint, foundingEndpoints } from "./endpoint-list.ts";
import { latestTime } from "./latest-time.ts";
import { type LogEntry, type LogFile, logEntries } from "./log-lines.ts";
import type { MetricsFacts } from "./metrics.ts";
import { type Pool, poolOf } from "./pools.ts";
import { type ShapeFault, shapeFaultOf, withoutNulls } from "./shapes.ts";
import { type SettingsFacts, settingsOf } from "./settings.ts";
import { defaultTeamLabels, defaultThresholds, type Thresholds } from "./thresholds.ts";
import { effectiveTypes } from "./types.ts";
import { type Workload, workloadOf } from "./workloads.ts";

/** What there is to look at; each part may be missing (v1alpha5 6.1). */
export interface AdvisorInput {
  /** M: files as they would be applied. */
  readonly manifests?: ManifestSet;
  /** Texts of those files by name, from which repairs are proposed. */
  readonly texts?: ReadonlyMap<string, string>;
  /** K: a dump of a running cluster, with status. */
  readonly cluster?: ManifestSet;
  /** L. */
  readonly logs?: readonly LogFile[];
  /** C: the machine types of the region, as a class with a subnet in every zone sees them. */
  readonly types?: readonly InstanceType[];
  readonly region?: string;
  /** P. */
  readonly metrics?: MetricsFacts;
  /** A. */
  readonly account?: AccountFacts;
  /** Epoch milliseconds at which the dump was taken; the latest time that it tells when absent. */
  readonly now?: number;
  readonly thresholds?: Partial<Thresholds>;
  /** KBP302: labels that name a team, the first that is there counts. */
  readonly teamLabels?: readonly string[];
  /** KBP201: services that a private network is to have an endpoint of, instead of the founding document's. */
  readonly endpoints?: readonly ExpectedEndpoint[];
}

/** A Kubernetes object of a known kind with its places. */
export interface Typed<T extends KubeObject> extends ManifestObject {
  readonly object: T;
}

/** The input read once, for all rules. */
export interface Facts {
  readonly has: ReadonlySet<InputName>;
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
  /** Objects that no other rule sees, since a value has not the shape of its field. */
  readonly misshapen: readonly (ShapeFault & { readonly entry: ManifestObject })[];
  readonly texts: ReadonlyMap<string, string>;
  readonly pools: readonly Pool[];
  readonly workloads: readonly Workload[];
  /** Workloads that run this controller. */
  readonly controllers: readonly Workload[];
  readonly budgets: readonly Typed<PodDisruptionBudget>[];
  readonly nodes: readonly Typed<Node>[];
  readonly pods: readonly Typed<Pod>[];
  readonly events: readonly Typed<Event>[];
  /** Epoch milliseconds; undefined where nothing tells it. */
  readonly now: number | undefined;
  readonly metrics?: MetricsFacts;
  readonly account?: AccountFacts;
  readonly templates: readonly Typed<AWSNodeTemplate>[];
  readonly settings?: SettingsFacts;
  readonly types: readonly InstanceType[];
  readonly region: string;
  readonly logs: readonly LogEntry[];
  readonly thresholds: Thresholds;
  readonly teamLabels: readonly string[];
  readonly endpoints: readonly ExpectedEndpoint[];
  /** Worked out once for each owner and question, however many rules ask: inputs have thousands of objects. */
  remembered<T>(owner: object, question: string, answer: () => T): T;
  /** Types that a pool may launch, in order of name. */
  typesOf(pool: Pool): readonly InstanceType[];
}

export function factsOf(input: AdvisorInput): Facts {
  const {
    manifests = noManifests,
    cluster = noManifests,
    types = [],
    region = "the region",
    texts = new Map(),
  } = input;
  const read = asOne(manifests.objects, cluster.objects).map(readObject);
  const misshapen = read.flatMap(({ entry, fault }) => (fault === undefined ? [] : [{ entry, ...fault }]));
  const objects = read.flatMap(({ entry, fault }) => (fault === undefined ? [entry] : []));
  const { logs = [], metrics, account, now } = input;
  return {
    ...(metrics === undefined ? {} : { metrics }),
    ...(account === undefined ? {} : { account }),
    now: now ?? latestTime(cluster.objects.map(({ object }) => object)),
    has: inputsOf(input),
    problems: [...manifests.problems, ...cluster.problems],
    misshapen,
    texts,
    ...factsOfObjects(objects),
    types,
    region,
    logs: logs.flatMap(logEntries),
    thresholds: { ...defaultThresholds, ...input.thresholds },
    teamLabels: input.teamLabels ?? defaultTeamLabels,
    endpoints: input.endpoints ?? foundingEndpoints,
    typesOf: rememberedTypes(types),
    remembered: createMemory(),
  };
}

/** An object that files and cluster both have is one object: as the files say it will be, with what the cluster says of it. */
function asOne(files: readonly ManifestObject[], cluster: readonly ManifestObject[]): readonly ManifestObject[] {
  const running = new Map(cluster.map((entry) => [identityOf(entry), entry.object]));
  const written = new Set(files.map(identityOf));
  return [
    ...files.map((entry) => withStatus(entry, running.get(identityOf(entry)))),
    ...cluster.filter((entry) => !written.has(identityOf(entry))),
  ];
}

/** Without the version: the API server serves an object in each of them. */
const identityOf = ({ object: { apiVersion, kind, metadata } }: ManifestObject): string =>
  [apiVersion.split("/").toReversed()[1] ?? "", kind, metadata.namespace ?? "default", metadata.name ?? ""].join("/");

function withStatus(entry: ManifestObject, running: KubeObject | undefined): ManifestObject {
  if (running === undefined) return entry;
  const { creationTimestamp, deletionTimestamp, ownerReferences } = running.metadata;
  const told = {
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
  const { status } = running as { readonly status?: unknown };
  const { object } = entry;
  return {
    ...entry,
    object: { ...object, metadata: { ...object.metadata, ...told }, ...(status === undefined ? {} : { status }) },
  };
}

function createMemory(): Facts["remembered"] {
  const known = new Map<string, WeakMap<object, unknown>>();
  return <T>(owner: object, question: string, answer: () => T): T => {
    const answers = known.get(question) ?? new WeakMap<object, unknown>();
    known.set(question, answers);
    if (!answers.has(owner)) answers.set(owner, answer());
    return answers.get(owner) as T;
  };
}

function readObject(written: ManifestObject): {
  readonly entry: ManifestObject;
  readonly fault: ShapeFault | undefined;
} {
  const object = withoutNulls(written.object);
  return { entry: { ...written, object }, fault: shapeFaultOf(object) };
}

const noManifests: ManifestSet = Object.freeze({ objects: [], problems: [] });

function factsOfObjects(objects: readonly ManifestObject[]) {
  const workloads = present(objects.map(workloadOf));
  const controllers = workloads.filter(({ labels, spec }) => isControllers({ labels, containers: spec.containers }));
  const settings = settingsOf(objects, controllers);
  return {
    objects,
    pools: present(objects.map(poolOf)),
    workloads,
    controllers,
    budgets: ofKind<PodDisruptionBudget>(objects, "PodDisruptionBudget"),
    nodes: ofKind<Node>(objects, "Node"),
    pods: ofKind<Pod>(objects, "Pod").filter(hasContainers),
    events: ofKind<Event>(objects, "Event"),
    templates: ofKind<AWSNodeTemplate>(objects, "AWSNodeTemplate"),
    ...(settings === undefined ? {} : { settings }),
  };
}

function rememberedTypes(types: readonly InstanceType[]): Facts["typesOf"] {
  const effective = new Map<Pool, readonly InstanceType[]>();
  return (pool) => {
    const known = effective.get(pool) ?? effectiveTypes(pool, types);
    effective.set(pool, known);
    return known;
  };
}

function inputsOf({ manifests, cluster, logs, types, metrics, account }: AdvisorInput): ReadonlySet<InputName> {
  const has = new Set<InputName>();
  if (manifests !== undefined || cluster !== undefined) has.add("objects");
  if (cluster !== undefined) has.add("cluster");
  if (logs !== undefined) has.add("logs");
  if (types !== undefined) has.add("catalogue");
  if (metrics !== undefined) has.add("metrics");
  if (account !== undefined) has.add("account");
  return has;
}

const present = <T>(items: readonly (T | undefined)[]): readonly T[] => items.filter((item) => item !== undefined);

const hasContainers = ({ object }: { readonly object: { readonly spec?: Partial<Pod["spec"]> } }): boolean =>
  object.spec?.containers !== undefined;

const ofKind = <T extends KubeObject>(objects: readonly ManifestObject[], kind: string): readonly Typed<T>[] =>
  objects.filter(({ object }) => object.kind === kind) as readonly ManifestObject[] as readonly Typed<T>[];
