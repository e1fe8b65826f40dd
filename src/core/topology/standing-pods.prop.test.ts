import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labels, type Pod } from "../../api/index.ts";
import { companyOf, pod, spreadOver } from "../../../test/builders/pods.ts";
import { managedNode, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { testZones } from "../../../test/builders/instance-types.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { provision } from "../provisioning/provision.ts";

const nodes = ["m1", "m2", "m3", "m4"];
const managed = nodes.map((name, i) =>
  managedNode(name, { labels: { [labels.zone]: testZones[i % testZones.length] ?? "" } }),
);

interface Chosen {
  readonly app: string;
  readonly node: string | undefined;
  readonly key: string;
  readonly wish: "none" | "spread" | "apart" | "together";
  readonly leaving: boolean;
}

const chosen: fc.Arbitrary<Chosen> = fc.record({
  app: fc.constantFrom("a", "b"),
  node: fc.constantFrom(undefined, ...nodes, "not-seen-yet"),
  key: fc.constantFrom<string>(labels.zone, labels.hostname),
  wish: fc.constantFrom("none" as const, "spread" as const, "apart" as const, "together" as const),
  leaving: fc.boolean(),
});

function podOf({ app, node, key, wish, leaving }: Chosen, index: number): Pod {
  const company = { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(key, app)] };
  const made = pod(`pod-${index}`, {
    labels: { app },
    spec: {
      ...(wish === "spread" ? { topologySpreadConstraints: [spreadOver(key, app)] } : {}),
      ...(wish === "apart" ? { affinity: { podAntiAffinity: company } } : {}),
      ...(wish === "together" ? { affinity: { podAffinity: company } } : {}),
      ...(node === undefined ? {} : { nodeName: node }),
    },
  });
  if (node === undefined) return made;
  const deletion = leaving ? { deletionTimestamp: "2026-01-01T00:05:00Z" } : {};
  return { ...made, metadata: { ...made.metadata, ...deletion }, status: { phase: "Running" } };
}

const pictures = fc.array(chosen, { maxLength: 16 }).map((list) => snapshot({ managed, pods: list.map(podOf) }));

function withoutCount({ bound: _, ...rest }: ClusterSnapshot): ClusterSnapshot {
  return rest;
}

/** As disruption asks: what if some of these nodes were gone? */
function marked(taken: ClusterSnapshot, names: readonly string[]): ClusterSnapshot {
  return {
    ...taken,
    nodes: taken.nodes.map((state) => (names.includes(state.name) ? { ...state, markedForDeletion: true } : state)),
  };
}

const planOf = (taken: ClusterSnapshot): string => JSON.stringify(provision(taken, testOptions));

describe("pods that stand on nodes", () => {
  it("are counted alike by the reducer, event by event, and by a look at every node", () => {
    fc.assert(
      fc.property(pictures, (taken) => {
        expect(planOf(taken)).toBe(planOf(withoutCount(taken)));
      }),
      { numRuns: 150 },
    );
  });

  it("are counted alike in a fork of a picture, whose nodes differ from those that were counted", () => {
    fc.assert(
      fc.property(pictures, fc.subarray(nodes), fc.subarray(nodes), (taken, leaving, gone) => {
        const fork = marked(taken, leaving);
        const smaller = { ...fork, nodes: fork.nodes.filter(({ name }) => !gone.includes(name)) };
        expect(planOf(smaller)).toBe(planOf(withoutCount(smaller)));
      }),
      { numRuns: 150 },
    );
  });
});
