import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node, NodeClaim, Pod } from "../../api/index.ts";
import { epochMillisOf } from "../time.ts";
import type { ClusterEvent } from "./events.ts";
import { freezeSnapshot } from "./freeze.ts";
import { usageOfNodes } from "./pool-usage.ts";
import { applyClusterEvents } from "./reducer.ts";
import { type ClusterState, emptyClusterState } from "./state.ts";
import { claimViewOf } from "./views.ts";

/** A step of a small cluster's life: one object in one of a few forms, or gone. */
interface Step {
  readonly kind: "Node" | "Claim" | "Pod";
  readonly id: number;
  readonly form: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("Node" as const, "Claim" as const, "Pod" as const, "Pod" as const),
  id: fc.nat({ max: 3 }),
  form: fc.nat({ max: 5 }),
});

function nodeOf(id: number, form: number, resourceVersion: string): Node {
  const stages = [
    {},
    { "karpenter.sh/registered": "true" },
    { "karpenter.sh/registered": "true", "karpenter.sh/initialized": "true" },
  ];
  const labels = {
    "karpenter.sh/nodepool": `pool-${id % 2}`,
    "node.kubernetes.io/instance-type": "t",
    ...stages[form % 3],
  };
  const plain = form === 4 ? {} : { labels };
  const spec = form === 3 ? {} : { providerID: `id-${id % 3}` };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `node-${id}`, uid: `n${id}`, resourceVersion, ...plain },
    spec,
    status: { capacity: { cpu: String(form + 1) }, allocatable: { cpu: "1" } },
  };
}

function claimOf(id: number, form: number, resourceVersion: string): NodeClaim {
  const status =
    form === 0 ? {} : { providerID: `id-${(id + (form === 1 ? 1 : 0)) % 3}`, capacity: { cpu: "2", memory: "1Gi" } };
  const deletion = form === 2 ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {};
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${id}`,
      uid: `c${id}`,
      resourceVersion,
      labels: { "karpenter.sh/nodepool": `pool-${form % 2}` },
      ...deletion,
    },
    spec: { requirements: [], nodeClassRef: { group: "g", kind: "K", name: "n" } },
    status,
  };
}

function podOf(id: number, form: number, resourceVersion: string): Pod {
  const bound = form === 0 ? {} : { nodeName: `node-${form % 4}` };
  const owners =
    id === 0
      ? { ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true }] }
      : {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${id}`, namespace: "default", uid: `p${id}`, resourceVersion, ...owners },
    spec: {
      ...bound,
      containers: [{ name: "main", resources: { requests: { cpu: `${form}00m`, "example.com/x": String(form % 2) } } }],
    },
    status: { phase: form === 4 ? "Succeeded" : "Running" },
  };
}

function eventOf({ kind, id, form }: Step, revision: number): ClusterEvent {
  const version = String(revision);
  if (kind === "Claim") {
    if (form === 5) return { type: "claim-deleted", key: { kind: "NodeClaim", name: `claim-${id}` } };
    return { type: "claim", view: claimViewOf(claimOf(id, form, version)) };
  }
  if (kind === "Node") {
    if (form === 5) return { type: "delete", kind, key: `node-${id}` };
    return { type: "upsert", kind, object: nodeOf(id, form, version) };
  }
  return form === 5
    ? { type: "delete", kind, key: `default/pod-${id}` }
    : { type: "upsert", kind, object: podOf(id, form, version) };
}

const events = fc.array(step, { maxLength: 30 }).map((steps) => steps.map(eventOf));
const groupOf = (event: ClusterEvent) => ("kind" in event ? event.kind : "Claim");
const stateOf = (list: readonly ClusterEvent[]) => applyClusterEvents(emptyClusterState(), list);

/** Everything that a decision can see, but the count of events. */
const seen = (state: ClusterState) => {
  const { version: _, ...rest } = freezeSnapshot(state, epochMillisOf(0));
  return {
    ...rest,
    poolUsage: [...(rest.poolUsage ?? [])],
    instanceTypes: [],
    daemonPods: [...rest.daemonPods],
    bound: rest.bound?.kinds.list().map(({ key, nodes }) => [key, [...nodes]]),
  };
};

/** The last word on each object: what a controller that starts now would list. */
function survivors(list: readonly ClusterEvent[]): readonly ClusterEvent[] {
  const last = new Map<string, ClusterEvent>();
  for (const event of list) last.set(addressOf(event), event);
  return [...last.values()].filter((event) => event.type !== "delete" && event.type !== "claim-deleted");
}

function addressOf(event: ClusterEvent): string {
  if (event.type === "upsert")
    return `${event.kind}/${event.object.metadata.namespace ?? ""}/${event.object.metadata.name}`;
  if (event.type === "delete") return `${event.kind}/${event.key.includes("/") ? event.key : `/${event.key}`}`;
  if (event.type === "claim") return `Claim/${event.view.key.name}`;
  return event.type === "claim-deleted" ? `Claim/${event.key.name}` : event.type;
}

describe("the picture of the cluster", () => {
  it("does not depend on the order of events across kinds", () => {
    fc.assert(
      fc.property(events, fc.shuffledSubarray(["Node", "Claim", "Pod"], { minLength: 3 }), (list, order) => {
        const regrouped = order.flatMap((kind) => list.filter((event) => groupOf(event) === kind));
        expect(seen(stateOf(regrouped))).toEqual(seen(stateOf(list)));
      }),
    );
  });

  it("ignores events that come twice", () => {
    fc.assert(
      fc.property(events, (list) => {
        const state = stateOf(list);
        expect(stateOf(list.flatMap((event) => [event, event]))).toEqual(state);
      }),
    );
  });

  it("is the one that a fresh start would draw", () => {
    fc.assert(
      fc.property(events, (list) => {
        const { daemonPods: _, ...grown } = seen(stateOf(list));
        const { daemonPods: __, ...fresh } = seen(stateOf(survivors(list)));
        expect(grown).toEqual(fresh);
      }),
    );
  });

  it("keeps usage equal to the sum over its nodes", () => {
    fc.assert(
      fc.property(events, (list) => {
        const { nodes, poolUsage } = freezeSnapshot(stateOf(list), epochMillisOf(0));
        expect([...(poolUsage ?? [])]).toEqual([...usageOfNodes(nodes)]);
      }),
    );
  });

  it("lists nodes by name and every bound pod once", () => {
    fc.assert(
      fc.property(events, (list) => {
        const { nodes } = freezeSnapshot(stateOf(list), epochMillisOf(0));
        const names = nodes.map(({ name }) => name);
        const pods = nodes.flatMap((each) => each.pods.map(({ metadata }) => metadata.name));
        expect(names).toEqual(names.toSorted());
        expect(new Set(pods).size).toBe(pods.length);
      }),
    );
  });
});
