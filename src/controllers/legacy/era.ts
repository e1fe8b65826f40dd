import {
  awsNodeTemplateType,
  type EC2NodeClass,
  ec2NodeClassType,
  formatTimestamp,
  labels,
  type KubeObject,
  machineType,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  nodePoolType,
  type Provisioner,
  provisionerType,
  type ResourceType,
} from "../../api/index.ts";
import type { EventRecorder, InformerOptions, InformerSet, KubeClient } from "../../kube/index.ts";
import type { Clock, Logger, MetricsRegistry } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { claimViewOfMachine, expiresAt, type NodeTimers, viewOfStoredClaim } from "../../legacy/index.ts";
import { createEraClient } from "./era-client.ts";
import { defaultEraSettings, type EraSettings } from "./era-settings.ts";
import { createEraViews, firstError, withEraVerdict } from "./era-views.ts";
import { withExpiry } from "./expiring-provider.ts";
import { createClaimClient } from "./machine-client.ts";
import { persistPool, persistTemplate } from "./persist.ts";
import { createRefusalEvents, type RefusalEvents } from "./refusal-events.ts";
import { feedProvisionerMetrics } from "./provisioner-metrics.ts";
import { settingsInformer, watchSettings } from "./settings-watch.ts";
import { createUnionInformer, partOf, type UnionInformer, type UnionPart } from "./union-informer.ts";
import { ViewStore } from "./view-store.ts";

/** Both eras as one for everything behind it (spec: v1alpha5 5.6). */
export interface Era {
  readonly kube: KubeClient;
  readonly informers: InformerSet;
  /** Adds the expiry of the era to a provider's reasons of drift. */
  provider(inner: CloudProvider): CloudProvider;
  readonly provisioner: (name: string) => Provisioner | undefined;
  readonly settings: () => EraSettings;
  /** Whether there is a Provisioner. */
  isUsed(): boolean;
  /** Whether there is a Machine. */
  readonly hasMachines: () => boolean;
  /** What the Provisioner of a node says of its time; undefined for nodes of no Provisioner. */
  timersOf(node: string): NodeTimers | undefined;
  /** From now on; makes all views anew. */
  use(settings: EraSettings): void;
  /** Follows the settings map; what is refused, of it or of Provisioners, is told by events. */
  followSettings(events: EventRecorder): void;
  /** Feeds the metrics of the era. */
  measure(metrics: MetricsRegistry): void;
}

export interface EraDeps {
  readonly kube: KubeClient;
  readonly informers: InformerSet;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings?: EraSettings;
  /** Where the settings map is: the controller's own namespace. */
  readonly namespace: string;
}

/** Create it before the informers run. */
export function createEra(deps: EraDeps): Era {
  const { kube, informers, clock, log } = deps;
  let settings = deps.settings ?? defaultEraSettings;
  const sources = eraInformers(informers, deps.namespace);
  const provisioner = (name: string) => sources.provisioners.store.get(name);
  const driftEnabled = (): boolean => settings.global.driftEnabled;
  const refusals = createRefusalEvents();
  const pools = createPools(deps, sources, { settings: () => settings, refused: refusals.tell });
  const classes = new ViewStore<EC2NodeClass>({
    type: ec2NodeClassType,
    clock,
    log,
    persist: (view, signal) => persistTemplate(view, sources.templates, { kube, signal }),
  });
  const views = createEraViews({ ...sources, pools, classes, settings: () => settings });
  const use = (next: EraSettings): void => {
    settings = next;
    views.refresh();
  };
  const claims = createClaimClient({ kube, provisioner, driftEnabled, now: () => clock.now() });
  const unions = joinedKinds(deps, sources, { pools, classes });
  return {
    kube: createEraClient({ kube, claims, pools, classes }),
    informers: joinedSet(informers, unions),
    provider: (inner) => withExpiry(inner, { clock, provisioner, driftEnabled }),
    provisioner,
    settings: () => settings,
    isUsed: () => sources.provisioners.store.size > 0,
    hasMachines: () => sources.machines.store.size > 0,
    timersOf: (node) => timersOf(sources, node, clock.now()),
    use,
    measure: (metrics) => feedProvisionerMetrics(sources.provisioners, metrics),
    followSettings: (events) => {
      refusals.publishTo(events);
      watchSettings({
        map: sources.settingsMap,
        log,
        events,
        settings: () => settings.global,
        // An option of the process wins over the map, as it did in v0.32.
        use: (global) => {
          const clusterName = settings.global.clusterName || global.clusterName;
          use({ ...settings, global: { ...global, clusterName } });
        },
      });
    },
  };
}

/** Kinds that have a counterpart in the other era, each joined with it. */
function joinedKinds(
  { clock, log }: EraDeps,
  sources: Sources,
  { pools, classes }: { readonly pools: ViewStore<NodePool>; readonly classes: ViewStore<EC2NodeClass> },
): ReadonlyMap<string, UnionInformer<KubeObject>> {
  const unions = new Map<string, UnionInformer<KubeObject>>();
  const join = <T extends KubeObject>(type: ResourceType<T>, parts: readonly UnionPart<T>[]): void => {
    const union = createUnionInformer({ type }, parts, { clock, log });
    unions.set(kindOf(type), union);
  };
  join<NodePool>(nodePoolType, [partOf(sources.nodePools, itself), viewPart(pools, [sources.provisioners])]);
  join<EC2NodeClass>(ec2NodeClassType, [
    partOf(sources.nodeClasses, itself),
    viewPart(classes, [sources.provisioners, sources.templates]),
  ]);
  join<NodeClaim>(nodeClaimType, [
    partOf(sources.nodeClaims, viewOfStoredClaim),
    partOf(sources.machines, claimViewOfMachine),
  ]);
  return unions;
}

function timersOf({ machines, provisioners }: Sources, node: string, now: number): NodeTimers | undefined {
  const machine = machines.store.list().find(({ status }) => status?.nodeName === node);
  const owner = provisioners.store.get(machine?.metadata.labels?.[labels.provisionerName] ?? "");
  if (machine === undefined || owner === undefined) return undefined;
  const end = expiresAt(machine, owner);
  const late = end === undefined || now < end ? {} : { lateSeconds: Math.floor((now - end) / 1_000) };
  return { ...owner.spec, ...late };
}

const itself = <T>(object: T): T => object;

const kindOf = (type: ResourceType): string => `${type.group}/${type.version}/${type.kind}`;

/** Kinds of either era may be absent: then there are no objects of it. */
function eraInformers(informers: InformerSet, namespace: string) {
  return {
    nodePools: informers.informer({ type: nodePoolType, optional: true }),
    nodeClaims: informers.informer({ type: nodeClaimType, optional: true }),
    nodeClasses: informers.informer({ type: ec2NodeClassType, optional: true }),
    provisioners: informers.informer({ type: provisionerType, optional: true, absentIfForbidden: true }),
    machines: informers.informer({ type: machineType, optional: true, absentIfForbidden: true }),
    templates: informers.informer({ type: awsNodeTemplateType, optional: true, absentIfForbidden: true }),
    settingsMap: settingsInformer(informers, namespace),
  };
}

type Sources = ReturnType<typeof eraInformers>;

function createPools(
  deps: EraDeps,
  { provisioners, machines }: Sources,
  { settings, refused }: { readonly settings: () => EraSettings; readonly refused: RefusalEvents["tell"] },
): ViewStore<NodePool> {
  const { kube, clock, log } = deps;
  // What was launched would not be seen, and be launched again.
  const unreadable = (): string | undefined =>
    machines.readable === false ? "machines.karpenter.sh may not be read: grant list and watch" : undefined;
  return new ViewStore<NodePool>({
    type: nodePoolType,
    clock,
    log,
    persist: (view, signal) => persistPool(view, provisioners, { kube, signal }),
    amend: (view) => {
      const { name = "" } = view.metadata;
      const provisioner = provisioners.store.get(name.slice(name.indexOf("/") + 1));
      const error = provisioner === undefined ? undefined : (unreadable() ?? firstError(provisioner, settings()));
      if (provisioner !== undefined) refused(provisioner, error);
      return withEraVerdict(view, error, formatTimestamp(clock.now()));
    },
  });
}

const viewPart = <T extends KubeObject>(
  views: ViewStore<T>,
  sources: readonly { readonly synced: boolean }[],
): UnionPart<T> => ({
  synced: () => sources.every(({ synced }) => synced),
  subscribe: (handler) => {
    views.informer.subscribe(handler);
  },
});

/** The same set, in which kinds that have a counterpart in the other era come joined. */
function joinedSet(informers: InformerSet, unions: ReadonlyMap<string, UnionInformer<KubeObject>>): InformerSet {
  return {
    run: (signal) => informers.run(signal),
    waitForSync: (options) => informers.waitForSync(options),
    informer: <T extends KubeObject>(options: InformerOptions<T>) => {
      const union = unions.get(kindOf(options.type)) as unknown as UnionInformer<T> | undefined;
      if (union === undefined) return informers.informer(options);
      if (options.indexes !== undefined) union.addIndexes(options.indexes);
      return union;
    },
  };
}
