import { describe, expect, it } from "vitest";
import { podType } from "../../api/index.ts";
import { podOf, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { Nominations } from "./nominations.ts";
import { Placer } from "./placement.ts";
import { podFactsOf } from "./pod-facts.ts";
import { nodeOf, noVolumes, pictureOf, type PodChange, podOn } from "./scheduler-fixture.ts";

/** Two nodes of 4 cpu; `promises` by pod name, each a promise of `n1`. */
function placing(promises: Readonly<Record<string, PodChange>>, nodes = [nodeOf("n1"), nodeOf("n2")]) {
  const nominations = new Nominations();
  const picture = pictureOf(nodes);
  for (const [name, change] of Object.entries(promises)) nominations.set(podFactsOf(podOn(name, change)), "n1");
  const placer = new Placer({ picture, nominations, lookup: noVolumes, budgets: () => [] });
  return (name: string, change: PodChange = {}, nominatedNodeName?: string): string | undefined => {
    const made = podOn(name, change);
    const status = nominatedNodeName === undefined ? {} : { status: { nominatedNodeName } };
    const placement = placer.place(podFactsOf({ ...made, ...status }));
    return placement.kind === "placed" ? placement.nodeName : undefined;
  };
}

const three = { requests: { cpu: "3" } };

describe("a node that a pod was promised", () => {
  it("is taken by it before any other, however the others score", () => {
    const nodes = Array.from({ length: 300 }, (_, index) => nodeOf(`n${index}`));
    const place = placing({ p: three }, nodes);
    expect(place("p", three, "n1")).toBe("n1");
  });

  it("is left for others when the pod does not fit on it", () => {
    const place = placing({ p: three }, [nodeOf("n1", { allocatable: { cpu: "1" } }), nodeOf("n2")]);
    expect(place("p", three, "n1")).toBe("n2");
  });

  it("has that much less room for pods that are no more important", () => {
    const place = placing({ promised: three }, [nodeOf("n1")]);
    expect([place("equal", three), place("small", { requests: { cpu: "1" } })]).toEqual([undefined, "n1"]);
    expect(place("vip", { ...three, priority: 1 })).toBe("n1");
  });

  it("counts it in spreads of others", () => {
    const spread = {
      labels: { app: "a" },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "DoNotSchedule" as const,
          labelSelector: { matchLabels: { app: "a" } },
        },
      ],
    };
    expect(placing({ promised: spread })("other", spread)).toBe("n2");
    expect(placing({ promised: spread }, [nodeOf("n1")])("other", spread)).toBe("n1");
  });

  it.each(["the other avoids it", "it avoids the other"])("is shut to others by anti-affinity: %s", (title) => {
    const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "a" } } };
    const avoiding = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    const isOther = title.startsWith("the other");
    const place = placing({ promised: { labels: { app: "a" }, ...(isOther ? {} : avoiding) } }, [nodeOf("n1")]);
    expect(place("other", { labels: { app: "a" }, ...(isOther ? avoiding : {}) })).toBeUndefined();
    expect(place("stranger")).toBe("n1");
  });
});

describe("what the API says of promises", () => {
  const facts = podFactsOf(podOn("p"));

  it("is followed, and a promise that is not written yet stands until then", () => {
    const nominations = new Nominations();
    nominations.set(facts, "n1");
    expect(nominations.follow(facts, { before: "", now: "" })).toBe(false);
    expect(nominations.nodeOf(facts.key)).toBe("n1");
    expect(nominations.follow(facts, { before: "", now: "n2" })).toBe(true);
    expect(nominations.nodeOf(facts.key)).toBe("n2");
    expect(nominations.follow(facts, { before: "n2", now: "" })).toBe(true);
    expect(nominations.nodeOf(facts.key)).toBeUndefined();
  });

  it("is taken back by an attempt that fails, as kube-scheduler 1.37 does", () =>
    withStandIns({}, async (cluster) => {
      const name = { namespace: "default", name: "p" };
      await cluster.kube.create(podType, podOf("p", { requests: { cpu: "1" } }));
      const promise = { type: "merge", subresource: "status", body: { status: { nominatedNodeName: "n" } } } as const;
      await cluster.kube.patch(podType, name, promise);
      // The node helps both, and has room for the more important one alone.
      const vip = podOf("vip", { requests: { cpu: "1" }, priorityClassName: "system-cluster-critical" });
      await cluster.kube.create(podType, vip);
      cluster.yard.add({ allocatable: { cpu: "1500m", memory: "4Gi", pods: "8" } });
      await cluster.until(async () => (await cluster.kube.get(podType, name)).status?.nominatedNodeName === undefined);
    }));
});
