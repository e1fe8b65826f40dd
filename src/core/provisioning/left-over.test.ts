import { describe, expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { app, avoids, host, joins, zone } from "../../../test/builders/placing.ts";
import { boundPod, pod, podsOf } from "../../../test/builders/pods.ts";
import {
  managedNode,
  node,
  nodePool,
  snapshot,
  type SnapshotParts,
  testOptions,
} from "../../../test/builders/snapshot.ts";
import { provision } from "./provision.ts";

/** What each layer said of the pod `web`, with counts. */
function told(parts: SnapshotParts) {
  const plan = provision(snapshot(parts), testOptions);
  const left = plan.unplaced.find(({ pod: each }) => each.metadata.name === "web");
  return (left?.reasons ?? []).map(
    ({ layer, code, count }) => `${layer} ${code}${count === undefined ? "" : ` ${count}`}`,
  );
}

const full = { allocatable: { cpu: "1", memory: "1Gi", pods: "10" } };
const limited = [nodePool("default", { limits: { cpu: "0" } })];

describe("reasons of a pod left over", () => {
  it("name what pools said, then what nodes said and how many, most first", () => {
    const nodes = [
      node("a", full),
      node("b", full),
      node("c", { taints: [{ key: "team", effect: "NoSchedule" }] }),
      node("d", { labels: { [labels.arch]: "arm64" }, allocatable: { cpu: "9", memory: "9Gi", pods: "9" } }),
    ];
    const web = pod("web", { requests: { cpu: "2" }, spec: { nodeSelector: { [labels.arch]: "amd64" } } });
    expect(told({ pools: limited, nodes, pods: [web] })).toEqual([
      "limits resources",
      "existing-nodes resources 2",
      "existing-nodes requirements 1",
      "existing-nodes taint 1",
    ]);
  });

  it("say it in words, and leave the event as it was", () => {
    const plan = provision(
      snapshot({ pools: limited, nodes: [node("a", full)], pods: [pod("web", { requests: { cpu: "2" } })] }),
      testOptions,
    );
    const [left] = plan.unplaced;
    expect(left?.reasons.at(-1)).toEqual({
      layer: "existing-nodes",
      code: "resources",
      text: "1 of 1 node have too little room left",
      count: 1,
    });
    expect(left?.message).not.toContain("room left");
  });

  it("tell ports, topology and nodes that hold more than they have", () => {
    const port = { containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: 80 }] }] };
    const nodes = [node("port"), node("apart", { labels: { [zone]: "test-zone-1" } }), node("over")];
    const pods = [
      boundPod("p", "port", { spec: port }),
      boundPod("o", "apart", app("other")),
      boundPod("big", "over", { requests: { cpu: "9" } }),
      pod("web", { labels: { app: "web" }, spec: { ...port, ...avoids(host, "other") } }),
    ];
    expect(told({ pools: limited, nodes, pods })).toEqual([
      "limits resources",
      "existing-nodes host-port 1",
      "existing-nodes overcommitted 1",
      "existing-nodes topology 1",
    ]);
  });

  it("tell what the claims of the same pass said", () => {
    const pools = [nodePool("default", { limits: { nodes: "2" } })];
    const others = podsOf(2, "other", app("web", avoids(host, "web"), { requests: { cpu: "2" } }));
    const pods = [...others, pod("web", app("web", avoids(host, "web")))];
    expect(told({ pools, pods })).toEqual(["limits nodes", "planned-claims topology 2"]);
  });

  it("tell that company is nowhere", () => {
    const managed = [managedNode("own")];
    expect(told({ managed, pods: [pod("web", app("web", joins(host, "gone")))] })).toEqual([
      expect.stringContaining("topology affinity"),
      "existing-nodes topology 1",
    ]);
  });
});
