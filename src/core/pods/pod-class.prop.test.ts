import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ObjectMeta, Pod, PodSpec } from "../../api/index.ts";
import { classifyPods } from "./pod-class.ts";
import { podShape, spelledShape } from "./pod-shape.ts";

const pod = (
  spec: Partial<PodSpec>,
  labels: Readonly<Record<string, string>> = {},
  metadata: ObjectMeta = {},
): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default", labels, ...metadata },
  spec: { containers: [{ name: "main", resources: { requests: { cpu: "1" } } }], ...spec },
});

const asking = (requests: Readonly<Record<string, string>>): Partial<PodSpec> => ({
  containers: [{ name: "main", image: JSON.stringify(requests), resources: { requests } }],
});

const spread = (app: string): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: { matchLabels: { app } } },
  ],
});

const classesOf = (...pods: readonly Pod[]) => [...classifyPods(pods).classOf];

describe("classes of pods", () => {
  it("do not depend on how requests are spelled or ordered, nor on image and name", () => {
    const pods = [asking({ cpu: "500m", memory: "1Gi" }), asking({ memory: "1024Mi", cpu: "0.5" })].map((spec) =>
      pod(spec),
    );
    expect(classesOf(...pods)).toEqual([0, 0]);
  });

  it("part where scheduling differs", () => {
    const differing: Partial<PodSpec>[] = [
      {},
      asking({ cpu: "2" }),
      { nodeSelector: { a: "1" } },
      { tolerations: [{ operator: "Exists" }] },
      { affinity: { nodeAffinity: {} } },
      {
        containers: [
          { name: "main", resources: { requests: { cpu: "1" } }, ports: [{ containerPort: 1, hostPort: 1 }] },
        ],
      },
      { overhead: { cpu: "1m" } },
      { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] },
      { initContainers: [{ name: "i", resources: { requests: { cpu: "3" } } }] },
      spread("x"),
    ];
    expect(classesOf(...differing.map((spec) => pod(spec)))).toEqual(differing.map((_, index) => index));
  });

  it("look at labels and namespace only where a selector does", () => {
    expect(classesOf(pod({}, { app: "x" }), pod({}, { app: "y" }, { namespace: "other" }))).toEqual([0, 0]);
    expect(classesOf(pod(spread("x"), { app: "x", hash: "1" }), pod(spread("x"), { app: "x", hash: "2" }))).toEqual([
      0, 0,
    ]);
    expect(classesOf(pod(spread("x"), { app: "x" }), pod(spread("x"), { app: "y" }), pod(spread("x")))).toEqual([
      0, 1, 2,
    ]);
    expect(classesOf(pod(spread("x"), { app: "x" }), pod(spread("x"), { app: "x" }, { namespace: "other" }))).toEqual([
      0, 1,
    ]);
    expect(classifyPods([pod({}, { app: "x" }), pod({}, { app: "y" })], ["app"]).classes).toHaveLength(2);
  });

  it("hold a pod with a volume of its own apart from all others", () => {
    const own: Partial<PodSpec> = { volumes: [{ name: "v", ephemeral: {} }] };
    expect(classesOf(pod(own, {}, { name: "a" }), pod(own, {}, { name: "b" }))).toEqual([0, 1]);
  });

  it("carry the requests and ports of their pods", () => {
    const [only] = classifyPods([pod(asking({ cpu: "2" })), pod(asking({ cpu: "2" }))]).classes;
    expect(only).toMatchObject({ index: 0, requests: { cpu: 2000, pods: 1 }, hostPorts: [] });
    expect(only?.pods).toHaveLength(2);
  });

  const spec: fc.Arbitrary<Partial<PodSpec>> = fc.record({
    containers: fc.array(
      fc.record({
        name: fc.constantFrom("a", "b"),
        resources: fc.record({
          requests: fc.dictionary(fc.constantFrom("cpu", "memory"), fc.constantFrom("1", "1000m", "2")),
        }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    nodeSelector: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2")),
  });

  it("are spelled alike only when they are alike", () => {
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        const [one, other] = [pod(a), pod(b)];
        return spelledShape(one) !== spelledShape(other) || podShape(one) === podShape(other);
      }),
    );
  });

  it("do not depend on the order of pods", () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 8 }), (specs) => {
        const pods = specs.map((each, index) => pod(each, {}, { name: `pod-${index}` }));
        const groups = (list: readonly Pod[]) => {
          const names = classifyPods(list).classes.map((each) => each.pods.map(({ metadata }) => metadata.name ?? ""));
          return names.map((group) => group.sort().join()).sort();
        };
        expect(groups(pods)).toEqual(groups(pods.toReversed()));
      }),
    );
  });
});
