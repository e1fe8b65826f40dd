/**
 * What any cloud provider must do, whatever its cloud: the controllers rely on each of these. Runs on virtual or real
 * time; the implementation brings its own way of letting time pass.
 */
import { afterEach, describe, expect, it } from "vitest";
import { labels, type NodeClaim, type NodePool, type RequirementSpec } from "../../api/index.ts";
import { type ClaimView, parseResources, type PoolView } from "../../core/index.ts";
import type { CloudInstance, CloudProvider, InstanceCollector } from "../cloud-provider.ts";

/** One provider under test, with one pool whose node class is ready and allows at least two zones. */
export interface ProviderUnderTest {
  readonly provider: CloudProvider;
  readonly collector: InstanceCollector;
  readonly pool: PoolView;
  /** Resolves the call while letting as much time pass as it needs. */
  readonly run: <T>(call: Promise<T>) => Promise<T>;
  /** Lets so much time pass that whatever was ended is gone. */
  readonly settle: () => Promise<void>;
  /** Leaves the cloud without capacity of any kind, and the node class as it is. */
  readonly exhaust: () => void;
  readonly close?: () => Promise<void>;
}

export interface ProviderConformanceOptions {
  readonly name: string;
  readonly makeProvider: () => Promise<ProviderUnderTest>;
  /** Title of a case to the reason why this implementation cannot pass it; at most 5 % of the cases. */
  readonly skips?: Readonly<Record<string, string>>;
}

interface Case {
  readonly title: string;
  readonly run: (context: Context) => Promise<void>;
}

interface Context extends ProviderUnderTest {
  readonly claim: (name: string, requirements?: readonly RequirementSpec[]) => ClaimView;
  readonly launch: (
    name: string,
    requirements?: readonly RequirementSpec[],
  ) => Promise<{ readonly view: ClaimView; readonly instance: CloudInstance }>;
  readonly signal: AbortSignal;
}

/** Registers the whole suite with vitest. */
export function providerConformance({ name, makeProvider, skips = {} }: ProviderConformanceOptions): void {
  checkSkips(skips);
  describe(`${name} behaves like a cloud provider`, () => {
    const open: ProviderUnderTest[] = [];
    afterEach(async () => {
      for (const subject of open.splice(0)) await subject.close?.();
    });
    for (const { title, run } of cases) {
      const reason = skips[title];
      if (reason !== undefined) it.skip(`${title} (skipped: ${reason})`, () => undefined);
      else
        it(title, async () => {
          const subject = await makeProvider();
          open.push(subject);
          await run(contextOf(subject));
        });
    }
  });
}

const mostSkipped = 0.05;

function checkSkips(skips: Readonly<Record<string, string>>): void {
  const titles = new Set(cases.map(({ title }) => title));
  if (titles.size !== cases.length) throw new Error("two cases have one title");
  const unknown = Object.keys(skips).filter((title) => !titles.has(title));
  if (unknown.length > 0) throw new Error(`skips name cases that do not exist: ${unknown.join("; ")}`);
  if (Object.keys(skips).length > cases.length * mostSkipped) throw new Error("more than 5 % of the cases are skipped");
}

function contextOf(subject: ProviderUnderTest): Context {
  const { signal } = new AbortController();
  const claim: Context["claim"] = (name, requirements = []) => claimFor(subject.pool, name, requirements);
  return {
    ...subject,
    run: (call) => subject.run(call),
    settle: () => subject.settle(),
    exhaust: () => subject.exhaust(),
    signal,
    claim,
    launch: async (name, requirements) => {
      const view = claim(name, requirements);
      const outcome = await subject.run(subject.provider.create(view, { signal }));
      if (!outcome.ok) throw new Error(`launch refused: ${JSON.stringify(outcome.failure)}`);
      return { view: withInstance(view, outcome.value), instance: outcome.value };
    },
  };
}

function claimFor({ key, pool }: PoolView, name: string, requirements: readonly RequirementSpec[]): ClaimView {
  const { nodeClassRef, requirements: own, taints = [], startupTaints = [] } = pool.spec.template.spec;
  const claim: NodeClaim = {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: { name, uid: `uid-${name}`, labels: { [labels.nodePool]: key.name } },
    spec: {
      nodeClassRef,
      requirements: [...own, ...requirements],
      resources: { requests: { cpu: "500m", memory: "512Mi", pods: "3" } },
      taints,
      startupTaints,
    },
  };
  return { key: { kind: "NodeClaim", name }, poolKey: key, claim };
}

const withInstance = (view: ClaimView, instance: CloudInstance): ClaimView => ({
  ...view,
  claim: {
    ...view.claim,
    metadata: {
      ...view.claim.metadata,
      labels: { ...instance.labels, ...view.claim.metadata.labels },
      annotations: instance.annotations,
    },
    status: {
      providerID: instance.providerId,
      ...(instance.imageId === undefined ? {} : { imageID: instance.imageId }),
      capacity: instance.capacity,
      allocatable: instance.allocatable,
    },
  },
});

const requirement = (key: string, ...values: readonly string[]): RequirementSpec => ({ key, operator: "In", values });

const missingPool = (pool: NodePool): NodePool => ({
  ...pool,
  spec: {
    ...pool.spec,
    template: {
      ...pool.spec.template,
      spec: {
        ...pool.spec.template.spec,
        nodeClassRef: { ...pool.spec.template.spec.nodeClassRef, name: "no-such-class" },
      },
    },
  },
});

const cases: readonly Case[] = [
  {
    title: "names itself and the kinds of node class that it serves",
    run: ({ provider, pool }) => {
      expect(provider.name).not.toBe("");
      const { group, kind } = pool.pool.spec.template.spec.nodeClassRef;
      expect(provider.nodeClassTypes.some((type) => type.group === group && type.kind === kind)).toBe(true);
      return Promise.resolve();
    },
  },
  {
    title: "offers types in order of name, each with zone and capacity type on every offering",
    run: async ({ provider, pool, run, signal }) => {
      const types = await run(provider.instanceTypes(pool, { signal }));
      if (!types.ok) throw new Error(types.failure.message);
      expect(types.value.length).toBeGreaterThan(0);
      const names = types.value.map(({ name }) => name);
      expect(names).toEqual(names.toSorted());
      expect(new Set(names).size).toBe(names.length);
      for (const { offerings } of types.value)
        for (const { zone, capacityType, requirements, price } of offerings) {
          expect(requirements.get(labels.zone)?.values.has(zone)).toBe(true);
          expect(requirements.get(labels.capacityType)?.values.has(capacityType)).toBe(true);
          expect(price).toBeGreaterThanOrEqual(0);
        }
    },
  },
  {
    title: "gives the identical array while nothing changes",
    run: async ({ provider, pool, run, signal }) => {
      const first = await run(provider.instanceTypes(pool, { signal }));
      const second = await run(provider.instanceTypes(pool, { signal }));
      expect(first.ok && second.ok && first.value === second.value).toBe(true);
    },
  },
  {
    title: "says so when the node class of a pool does not exist",
    run: async ({ provider, pool, run, signal }) => {
      const outcome = await run(provider.instanceTypes({ ...pool, pool: missingPool(pool.pool) }, { signal }));
      expect(outcome.ok ? "listed" : outcome.failure.kind).toBe("class-not-found");
    },
  },
  {
    title: "launches what the claim allows and tells type, zone, capacity type and amounts",
    run: async ({ launch, provider, pool, run, signal }) => {
      const { instance } = await launch("a");
      const types = await run(provider.instanceTypes(pool, { signal }));
      const type = types.ok ? types.value.find(({ name }) => name === instance.instanceType) : undefined;
      expect(type).toBeDefined();
      expect(instance.labels).toMatchObject({
        [labels.instanceType]: instance.instanceType,
        [labels.zone]: instance.zone,
        [labels.capacityType]: instance.capacityType,
      });
      expect(parseResources(instance.capacity)).toEqual({ ok: true, value: type?.capacity });
      const allocatable = parseResources(instance.allocatable);
      expect(allocatable.ok && (allocatable.value["cpu"] ?? 0) >= 500).toBe(true);
      expect(instance.terminating).toBe(false);
    },
  },
  {
    title: "keeps to the zone and the capacity type that a claim requires",
    run: async ({ launch, provider, pool, run, signal }) => {
      const types = await run(provider.instanceTypes(pool, { signal }));
      const offerings = types.ok
        ? types.value.flatMap((type) => type.offerings).filter(({ available }) => available)
        : [];
      const zones = [...new Set(offerings.map(({ zone }) => zone))].sort();
      const last = zones.at(-1) ?? "";
      for (const capacityType of new Set(
        offerings.filter(({ zone }) => zone === last).map((each) => each.capacityType),
      )) {
        const { instance } = await launch(`in-${capacityType}`, [
          requirement(labels.zone, last),
          requirement(labels.capacityType, capacityType),
        ]);
        expect(instance).toMatchObject({ zone: last, capacityType });
      }
    },
  },
  {
    title: "gives every claim an instance of its own, also when they come at once",
    run: async ({ claim, provider, run, signal }) => {
      const creates = ["a", "b", "c", "d", "e"].map((name) => provider.create(claim(name), { signal }));
      const outcomes = await run(Promise.all(creates));
      const ids = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.providerId] : []));
      expect(new Set(ids).size).toBe(5);
    },
  },
  {
    title: "refuses a claim whose node class does not exist as one that cannot be launched",
    run: async ({ claim, provider, run, signal }) => {
      const view = claim("a");
      const nodeClassRef = { ...view.claim.spec.nodeClassRef, name: "no-such-class" };
      const orphan = { ...view, claim: { ...view.claim, spec: { ...view.claim.spec, nodeClassRef } } };
      const outcome = await run(provider.create(orphan, { signal }));
      expect(outcome.ok ? "launched" : outcome.failure.kind).toBe("insufficient-capacity");
    },
  },
  {
    title: "says insufficient capacity for requirements that nothing meets",
    run: async ({ claim, provider, run, signal }) => {
      const outcome = await run(provider.create(claim("a", [requirement(labels.zone, "no-such-zone")]), { signal }));
      expect(outcome.ok ? "launched" : outcome.failure.kind).toBe("insufficient-capacity");
    },
  },
  {
    title: "says insufficient capacity when the cloud has none, and launches nothing",
    run: async ({ claim, provider, run, exhaust, signal }) => {
      exhaust();
      const outcome = await run(provider.create(claim("a"), { signal }));
      expect(outcome.ok ? "launched" : outcome.failure.kind).toBe("insufficient-capacity");
      expect(await run(provider.list({ signal }))).toEqual([]);
    },
  },
  {
    title: "finds a launched instance by its provider id",
    run: async ({ launch, provider, run, signal }) => {
      const { instance } = await launch("a");
      const found = await run(provider.get(instance.providerId, { signal }));
      expect(found.ok ? found.value : found.failure).toMatchObject({
        providerId: instance.providerId,
        instanceType: instance.instanceType,
        zone: instance.zone,
        capacityType: instance.capacityType,
        terminating: false,
      });
    },
  },
  {
    title: "says not found for ids that are none and for ids that nobody has",
    run: async ({ launch, provider, run, signal }) => {
      const { instance } = await launch("a");
      const stranger = instance.providerId.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
      for (const providerId of ["", "nonsense", stranger]) {
        const found = await run(provider.get(providerId, { signal }));
        expect(found.ok ? "found" : found.failure.kind).toBe("not-found");
      }
    },
  },
  {
    title: "lists every instance once, in order of provider id, with the pool it was launched for",
    run: async ({ launch, provider, pool, run, signal }) => {
      const launched = [await launch("a"), await launch("b"), await launch("c")];
      const listed = await run(provider.list({ signal }));
      expect(listed.map(({ providerId }) => providerId)).toEqual(
        launched.map(({ instance }) => instance.providerId).toSorted(),
      );
      expect(listed.every(({ poolName }) => poolName === pool.key.name)).toBe(true);
    },
  },
  {
    title: "accepts a deletion, accepts it again, and in the end says not found",
    run: async ({ launch, provider, run, settle, signal }) => {
      const { view, instance } = await launch("a");
      expect(await run(provider.delete(view, { signal }))).toEqual({ ok: true, value: "terminating" });
      const again = await run(provider.delete(view, { signal }));
      expect(again.ok || again.failure.kind === "not-found").toBe(true);
      await settle();
      const gone = await run(provider.delete(view, { signal }));
      expect(gone.ok ? "there" : gone.failure.kind).toBe("not-found");
      const found = await run(provider.get(instance.providerId, { signal }));
      expect(found.ok ? "there" : found.failure.kind).toBe("not-found");
      expect(await run(provider.list({ signal }))).toEqual([]);
    },
  },
  {
    title: "says not found when a claim without an instance is deleted",
    run: async ({ claim, provider, run, signal }) => {
      const outcome = await run(provider.delete(claim("a"), { signal }));
      expect(outcome.ok ? "deleted" : outcome.failure.kind).toBe("not-found");
    },
  },
  {
    title: "ends an instance that nobody owns, and takes one that is gone for ended",
    run: async ({ launch, provider, collector, run, settle, signal }) => {
      const { instance } = await launch("a");
      await run(collector.terminateUnowned(instance, { signal }));
      await settle();
      expect(await run(provider.list({ signal }))).toEqual([]);
      await run(collector.terminateUnowned(instance, { signal }));
    },
  },
  {
    title: "sees no drift in an instance that was launched just now",
    run: async ({ launch, provider, run, signal }) => {
      const { view } = await launch("a");
      expect(await run(provider.driftReason(view, { signal }))).toBeUndefined();
    },
  },
  {
    title: "rejects with the reason of the abort, and launches nothing for a call that was aborted before it began",
    run: async ({ claim, provider, run, signal }) => {
      const reason = new Error("asked to stop");
      await expect(run(provider.create(claim("a"), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
      expect(await run(provider.list({ signal }))).toEqual([]);
    },
  },
];
