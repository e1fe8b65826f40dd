import { describe, expect, it } from "vitest";
import { labels, type Pod } from "../../api/index.ts";
import { defaultTypes, ladderTypes } from "../../../test/builders/instance-types.ts";
import { companyOf, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { node, nodePool, snapshot, type SnapshotParts, testOptions } from "../../../test/builders/snapshot.ts";
import { provision } from "../provisioning/provision.ts";

const planned = (parts: SnapshotParts) => provision(snapshot(parts), { ...testOptions, policy: "compatible" });

/** How many pods each claim has, fewest first. */
const sizes = (plan: ReturnType<typeof planned>): readonly number[] =>
  plan.claims.map(({ pods }) => pods.length).sort((a, b) => a - b);

const names = (pods: readonly Pod[]): readonly string[] => pods.map(({ metadata }) => metadata.name ?? "");

const zoneOf = ({ claim }: ReturnType<typeof planned>["claims"][number]) =>
  claim.spec.requirements.find(({ key }) => key === labels.zone)?.values;

const app = (name: string) => ({ labels: { app: name } });

describe("the compatible plan", () => {
  it("[scheduling 4.12] grows a claim until no type of the pool holds one pod more", () => {
    const large = podsOf(40, "large", {
      requests: { memory: "1.8G" },
      spec: { nodeSelector: { [labels.arch]: "amd64" } },
    });
    const small = podsOf(20, "small", {
      requests: { memory: "400M" },
      spec: { nodeSelector: { [labels.arch]: "amd64" } },
    });
    const plan = planned({ pods: [...small, ...large] });
    expect(sizes(plan)).toEqual(Array.from({ length: 20 }, () => 3));
    expect(plan.claims.every(({ pods }) => names(pods).filter((name) => name.startsWith("large")).length === 2)).toBe(
      true,
    );
  });

  it("[scheduling 4.12] gives the next pod to the open claim with the fewest pods", () => {
    const types = defaultTypes().filter(({ name }) => name === "default-instance-type");
    const pods = [
      ...podsOf(2, "a", { requests: { cpu: "2" } }),
      ...podsOf(1, "b", { requests: { cpu: "1900m" } }),
      ...podsOf(1, "c", { requests: { cpu: "100m" } }),
    ];
    const plan = planned({ pods, types });
    expect(plan.claims.map(({ pods: own }) => names(own))).toEqual([
      ["a-0", "b-0"],
      ["a-1", "c-0"],
    ]);
  });

  it("[scheduling 4.12] settles spread pods in one zone each, the first by name when zones tie", () => {
    const pods = podsOf(4, "web", {
      ...app("web"),
      requests: { cpu: "100m" },
      spec: { topologySpreadConstraints: [spreadOver(labels.zone, "web")] },
    });
    const plan = planned({ pods });
    expect(plan.claims.map(zoneOf)).toEqual([["test-zone-1"], ["test-zone-2"], ["test-zone-3"]]);
    expect(sizes(plan)).toEqual([1, 1, 2]);
  });

  it("[scheduling 4.12] blocks every zone that a pod with zonal anti-affinity may be in", () => {
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.zone, "db")] },
    };
    const plan = planned({ pods: podsOf(2, "db", { ...app("db"), spec: { affinity } }) });
    expect(sizes(plan)).toEqual([1]);
    expect(plan.unplaced.map(({ pod: left }) => left.metadata.name)).toEqual(["db-1"]);
    expect(plan.unplaced[0]?.reasons[0]?.text).toContain(
      "unsatisfiable topology constraint for pod anti-affinity, key=topology.kubernetes.io/zone (counts = test-zone-1: 1, test-zone-2: 1, test-zone-3: 1",
    );
  });

  it("[scheduling 4.12] comes back to a pod whose target had no place when it was first tried", () => {
    const affinity = {
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.hostname, "b")] },
    };
    const follower = pod("follower", { requests: { cpu: "2" }, spec: { affinity } });
    const target = pod("target", { ...app("b"), requests: { cpu: "1" } });
    const plan = planned({ pods: [follower, target] });
    expect(plan.claims.map(({ pods }) => names(pods))).toEqual([["target", "follower"]]);
  });

  it("[scheduling 4.12] takes the largest type that a claim may be off the limits when it opens it", () => {
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.hostname, "x")] },
    };
    const pods = podsOf(2, "x", { ...app("x"), requests: { cpu: "500m" }, spec: { affinity } });
    const plan = planned({ pods, types: ladderTypes(4), pools: [nodePool("default", { limits: { cpu: "3" } })] });
    expect(sizes(plan)).toEqual([1]);
    expect(plan.unplaced[0]?.reasons[0]?.text).toBe(
      "all available instance types exceed limits for nodepool (NodePool=default)",
    );
  });

  it("[scheduling 4.8] fills nodes that exist first, in order of name", () => {
    const plan = planned({ nodes: [node("b"), node("a")], pods: podsOf(6, "web", { requests: { cpu: "700m" } }) });
    expect(plan.nominations.map((nomination) => nomination.node)).toEqual(["a", "a", "a", "a", "a", "b"]);
    expect(plan.claims).toEqual([]);
  });

  it("[scheduling 4.7] plans more machines in one pass than the pool's limit of nodes", () => {
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.hostname, "x")] },
    };
    const pods = podsOf(3, "x", { ...app("x"), spec: { affinity } });
    const plan = planned({ pods, pools: [nodePool("default", { limits: { nodes: "1" } })] });
    expect(sizes(plan)).toEqual([1, 1, 1]);
  });

  it("gives the same bytes whatever order the pods come in", () => {
    const pods = [
      ...podsOf(5, "a", { requests: { cpu: "1" } }),
      ...podsOf(5, "b", { ...app("b"), spec: { topologySpreadConstraints: [spreadOver(labels.zone, "b")] } }),
    ];
    expect(JSON.stringify(planned({ pods: pods.toReversed() }).claims)).toBe(JSON.stringify(planned({ pods }).claims));
  });
});

describe("the default plan", () => {
  it("[scheduling 4.7] keeps the pool's limit of nodes ours", () => {
    const affinity = {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [companyOf(labels.hostname, "x")] },
    };
    const pods = podsOf(3, "x", { ...app("x"), spec: { affinity } });
    const plan = provision(snapshot({ pods, pools: [nodePool("default", { limits: { nodes: "1" } })] }), testOptions);
    expect(sizes(plan)).toEqual([1]);
  });
});
