import { describe, expect, it } from "vitest";
import { labels, type NodePool, type RequirementSpec } from "../../api/index.ts";
import { instanceType, ladderTypes, offering, testZones } from "../../../test/builders/instance-types.ts";
import {
  app,
  avoids,
  host,
  isIn,
  launchedTypes,
  leftOver,
  onNodes,
  sizesOf,
  spreads,
  zone,
} from "../../../test/builders/placing.ts";
import { daemonSet, pod, podsOf, spreadOver } from "../../../test/builders/pods.ts";
import { createRounds, type RoundsSetting } from "../../../test/builders/rounds.ts";
import { nodePool } from "../../../test/builders/snapshot.ts";
import { allocatableOf } from "../catalogue/allocatable.ts";
import type { InstanceType } from "../catalogue/instance-type.ts";

const only = (key: string, ...values: readonly string[]): NodePool =>
  nodePool("default", { requirements: [isIn(key, ...values)] });

/** cpu, memory, zone, capacity type, os and arch in every combination, one offering each (scheduling 9.3, assorted). */
function assorted(): readonly InstanceType[] {
  const types = [1, 2, 4, 8].flatMap((cpu) =>
    [1, 4, 16].flatMap((memory) =>
      testZones.flatMap((at) =>
        ["spot", "on-demand"].flatMap((capacityType) =>
          ["linux", "windows"].flatMap((os) =>
            ["amd64", "arm64"].map((arch) =>
              instanceType(`${cpu}-cpu-${memory}-mem-${arch}-${os}-${at}-${capacityType}`, {
                cpu: String(cpu),
                memory: `${memory}Gi`,
                arch,
                os: [os],
                offerings: [
                  offering(
                    at,
                    capacityType,
                    (cpu + memory / 4) * (capacityType === "spot" ? 0.6 : 1) * (arch === "arm64" ? 0.9 : 1),
                  ),
                ],
              }),
            ),
          ),
        ),
      ),
    ),
  );
  return types.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const planOf = (setting: RoundsSetting, pods = [pod("web")]) => createRounds(setting).pass(pods);

describe("the assorted catalogue", () => {
  const types = assorted();
  const arm = isIn(labels.arch, "arm64");
  const windows = isIn(labels.os, "windows");
  const third = isIn(zone, "test-zone-3");
  const demand = isIn(labels.capacityType, "on-demand");
  type Requirement = typeof arm;
  const holds = (type: InstanceType, { key, values = [] }: Requirement): boolean =>
    [...(type.requirements.get(key)?.values ?? [])].some((value) => values.includes(value));
  const cases: readonly (readonly [string, readonly Requirement[], readonly Requirement[]])[] = [
    ["nothing", [], []],
    ...(
      [
        ["arch", arm],
        ["os", windows],
        ["zone", third],
        ["capacity type", demand],
      ] as const
    ).flatMap(
      ([name, requirement]) =>
        [
          [`the pod's ${name}`, [requirement], []],
          [`the pool's ${name}`, [], [requirement]],
          [`the ${name} of both`, [requirement], [requirement]],
        ] as const,
    ),
    ["the pod's capacity type and zone", [demand, third], []],
    ["the pool's capacity type, the pod's zone", [third], [demand]],
    ["the pool's os and zone, the pod's arch", [arm], [windows, third]],
    ["all four of the pod", [arm, windows, third, demand], []],
    ["all four of the pool", [], [arm, windows, third, demand]],
  ];

  it.each(cases)(
    "[scheduling D67] [scheduling D66] sells the cheapest that meets %s, and lists no other",
    (_, ofPod, ofPool) => {
      const setting = { types, pools: [nodePool("default", { requirements: ofPool })] };
      const plan = planOf(setting, [pod("web", { spec: ofPod.length === 0 ? {} : onNodes(ofPod) })]);
      const valid = types.filter((type) => [...ofPod, ...ofPool].every((requirement) => holds(type, requirement)));
      const [claim] = plan.claims;
      const listed = types.filter(({ name }) => claim?.instanceTypes.includes(name));
      expect(claim?.cheapest.price).toBe(
        Math.min(...valid.flatMap(({ offerings }) => offerings.map(({ price }) => price))),
      );
      expect(listed.filter((type) => !valid.includes(type))).toEqual([]);
    },
  );

  it.each([
    ["the pod's arch", [isIn(labels.arch, "arm")], []],
    ["the pod's arch and zone", [isIn(labels.arch, "arm"), isIn(zone, "test-zone-2")], []],
    ["the pool's arch and the pod's zone", [isIn(zone, "test-zone-2")], [isIn(labels.arch, "arm")]],
  ])("[scheduling D68] has nothing that meets %s", (_, ofPod, ofPool) => {
    const plan = planOf({ types, pools: [nodePool("default", { requirements: ofPool })] }, [
      pod("web", { spec: onNodes(ofPod) }),
    ]);
    expect([plan.claims, leftOver(plan)]).toEqual([[], ["web"]]);
  });

  const grid = ["0.1", "1", "2", "2.5", "4"].flatMap((cpu) =>
    ["0.1", "1", "4", "15"].map((memory) => [cpu, memory] as const),
  );
  it.each(grid)("[scheduling D69] holds three pods of %s cpus and %sGi on every type that it lists", (cpu, memory) => {
    const before = JSON.stringify(types, (_, value: unknown) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    );
    const plan = planOf({ types: [...types, ...ladderTypes(64)], options: { nodeChargePerHour: 5 } }, [
      ...podsOf(3, "web", {
        requests: { cpu: String(Number(cpu) / 3), memory: `${Math.floor((Number(memory) * 1024) / 3)}Mi` },
      }),
    ]);
    const [claim] = plan.claims;
    const need = { cpu: Number(cpu) * 1000 - 3, memory: (Number(memory) * 1024 - 3) * 2 ** 20 };
    const listed = [...types, ...ladderTypes(64)].filter(({ name }) => claim?.instanceTypes.includes(name));
    expect(plan.claims.length).toBe(1);
    for (const type of listed) {
      const room = allocatableOf(type);
      expect((room["cpu"] ?? 0) >= need.cpu && (room["memory"] ?? 0) >= need.memory).toBe(true);
    }
    expect(
      JSON.stringify(types, (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value)),
    ).toBe(before);
  });
});

describe("requests", () => {
  it("[scheduling E88] that the API server made of limits count, and a pod without any fits", () => {
    const limited = pod("limited", { requests: { memory: "3Gi" } });
    expect([launchedTypes(planOf({}, [limited])), planOf({}, [pod("free")]).claims.length]).toEqual([
      ["default-instance-type"],
      1,
    ]);
  });

  it("[scheduling G109] of a DaemonSet that no type holds leave the pod", () => {
    const object = daemonSet("agent", { cpu: "10000", memory: "1Gi" });
    const plan = planOf({ events: [{ type: "upsert", kind: "DaemonSet", object }] });
    expect(leftOver(plan)).toEqual(["web"]);
  });

  it("[scheduling G110] of a DaemonSet with a selector that nothing meets cost nothing", () => {
    const object = daemonSet("agent", { cpu: "1" }, { nodeSelector: { "node.example.com/none": "x" } });
    const plan = planOf({ events: [{ type: "upsert", kind: "DaemonSet", object }] }, [
      pod("web", { requests: { cpu: "1" } }),
    ]);
    expect(plan.claims[0]?.claim.spec.resources?.requests).toMatchObject({ cpu: "1" });
  });
});

describe("nodes that were made a pass ago", () => {
  it("[scheduling F94] even out the zones without new ones", () => {
    const rounds = createRounds();
    const web = (count: number, name: string) => podsOf(count, name, app("web", spreads(spreadOver(zone, "web"))));
    rounds.pass(web(4, "first"));
    const [first, nodes] = [rounds.skew(zone), rounds.nodes.length];
    rounds.pass(web(5, "more"));
    expect([first, rounds.skew(zone), rounds.nodes.length - nodes]).toEqual([[1, 1, 2], [3, 3, 3], 0]);
  });

  it("[scheduling F95] take no second pod where hosts spread", () => {
    const rounds = createRounds();
    const web = (count: number, name: string) => podsOf(count, name, app("web", spreads(spreadOver(host, "web"))));
    rounds.pass(web(4, "first"));
    const first = rounds.nodes.length;
    rounds.pass(web(5, "more"));
    expect([first, rounds.skew(host).length]).toEqual([4, 9]);
  });

  it("[scheduling F102] are filled before new ones are made, in bursts of any size", () => {
    const types = [instanceType("only", { cpu: "4.25", memory: "64Gi", pods: "100" })];
    const rounds = createRounds({ types });
    const bursts = [1, 7, 3, 12, 5, 1, 9, 2, 20, 4];
    for (const [i, count] of bursts.entries()) {
      rounds.pass(podsOf(count, `burst-${i}`, { requests: { cpu: "1" } }));
      expect(rounds.skew(host).filter((pods) => pods < 4).length).toBeLessThanOrEqual(1);
    }
  });

  it("[scheduling F99] that are initialised come before those that are only launched", () => {
    const rounds = createRounds({ types: [instanceType("only")] });
    rounds.pass(podsOf(3, "first", app("web", avoids(host, "web"))), { phase: "initialized" });
    rounds.pass(podsOf(20, "more", app("more", avoids(host, "more"))), { phase: "launched" });
    rounds.remove(() => true);
    const plan = rounds.pass([pod("late")]);
    expect(plan.nominations.map(({ node }) => node)).toEqual(["n-001"]);
  });

  it.each([
    ["", "compatible"],
    [" ours", "cheapest"],
  ] as const)("[scheduling C54] are tried anew from the whole preference when company has come%s", (_, policy) => {
    const rounds = createRounds({ options: { policy } });
    const spec = {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: host, labelSelector: { matchLabels: { app: "target" } } },
          ],
        },
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [isIn(zone, "test-zone-3")] } },
          ],
        },
      },
    };
    // The follower is larger and comes first; alone it gives up everything, and fails all the same.
    rounds.pass([
      pod("follower", app("web", spec, { requests: { cpu: "2" } })),
      pod("target", app("target", {}, { requests: { cpu: "1" } })),
    ]);
    expect([rounds.waiting, rounds.nodes.map(({ claim }) => claim.metadata.labels?.[zone])]).toEqual([
      [],
      ["test-zone-3"],
    ]);
  });
});

describe("limits, pass after pass", () => {
  it("[scheduling H121] count the machines of the passes before", () => {
    const rounds = createRounds({
      types: [instanceType("two", { cpu: "2" })],
      pools: [nodePool("default", { limits: { cpu: "2" } })],
    });
    const web = (name: string) => [pod(name, { requests: { cpu: "1.75" } })];
    rounds.pass(web("one"));
    expect([rounds.nodes.length, leftOver(rounds.pass(web("two")))]).toEqual([1, ["two"]]);
  });

  it("[scheduling H123] of two nodes let two in, one pass each", () => {
    const rounds = createRounds({ pools: [nodePool("default", { limits: { nodes: "2" } })] });
    for (const name of ["a", "b", "c"]) rounds.pass([pod(name, app("web", avoids(host, "web")))]);
    expect([rounds.nodes.length, rounds.waiting.length]).toEqual([2, 1]);
  });
});

describe("minValues", () => {
  const integer = (
    operator: RequirementSpec["operator"],
    values: readonly string[],
    minValues: number,
  ): RequirementSpec => ({
    key: "integer",
    operator,
    ...(values.length === 0 ? {} : { values }),
    minValues,
  });
  const typeKey = labels.instanceType;
  const integerValues = (plan: ReturnType<typeof planOf>) =>
    plan.claims.map(({ instanceTypes }) => instanceTypes.length);

  it.each([
    ["Gt", "1", 4],
    ["Lt", "4", 3],
  ] as const)("[scheduling H127] of a bound %s %s keep two values on every node", (operator, bound, count) => {
    const pools = [nodePool("default", { requirements: [integer(operator, [bound], 2)] })];
    const plan = planOf({ types: ladderTypes(count), pools }, [...podsOf(2, "web", { requests: { cpu: "0.9" } })]);
    expect([plan.unplaced, integerValues(plan).every((values) => values >= 2)]).toEqual([[], true]);
  });

  it("[scheduling H127] of a bound that leaves too few are named in the error", () => {
    const pools = [nodePool("default", { requirements: [integer("Gt", ["3"], 2)] })];
    const plan = planOf({ types: ladderTypes(5), pools }, [pod("web", { requests: { cpu: "4.5" } })]);
    expect(plan.unplaced[0]?.message).toContain("minValues requirement is not met for label(s) (label(s)=[integer])");
  });

  it.each([
    ["In and NotIn", integer("In", ["1", "2", "3"], 1), integer("NotIn", ["3"], 2)],
    ["Gt and Lt", integer("Gt", ["0"], 1), integer("Lt", ["3"], 2)],
    ["Exists and In", integer("Exists", [], 1), integer("In", ["1", "2"], 2)],
  ])("[scheduling H128] of one key by %s are the larger one", (_, a, b) => {
    const pools = [nodePool("default", { requirements: [a, b] })];
    const plan = planOf({ types: ladderTypes(3), pools }, [...podsOf(2, "web", { requests: { cpu: "0.8" } })]);
    expect([sizesOf(plan), integerValues(plan)]).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("[scheduling H131] of two keys hold together", () => {
    const types = [
      instanceType("arm", { cpu: "2", memory: "4Gi", arch: "arm64" }),
      instanceType("amd", { cpu: "2", memory: "4Gi", arch: "amd64" }),
      instanceType("large", {
        cpu: "8",
        memory: "16Gi",
        arch: "arm64",
        offerings: [offering("test-zone-1", "on-demand", 0.01)],
      }),
    ];
    const requirements = [
      { ...isIn(labels.arch, "amd64", "arm64"), minValues: 2 },
      { key: typeKey, operator: "Exists" as const, minValues: 1 },
    ];
    const plan = planOf({ types, pools: [nodePool("default", { requirements })] }, [
      ...podsOf(2, "web", { requests: { cpu: "1" } }),
    ]);
    expect(sizesOf(plan)).toEqual([1, 1]);
    for (const { instanceTypes } of plan.claims) expect(instanceTypes).toEqual(expect.arrayContaining(["amd", "arm"]));
  });

  const twoZones = () =>
    instanceType("only", { offerings: ["test-zone-1", "test-zone-2"].map((at) => offering(at, "on-demand", 1)) });
  it.each([
    ["Strict", 0],
    ["BestEffort", 1],
  ] as const)("[scheduling H134] of zones that are not there are refused or lowered: %s", (minValuesPolicy, claims) => {
    const requirements = [{ ...isIn(zone, ...testZones), minValues: 3 }];
    const pools = [nodePool("default", { requirements })];
    expect(planOf({ types: [twoZones()], pools, options: { minValuesPolicy } }).claims.length).toBe(claims);
  });

  it("[scheduling H134] of zones and types are lowered at once", () => {
    const requirements = [
      { ...isIn(zone, ...testZones), minValues: 3 },
      { ...isIn(typeKey, "only", "other", "third"), minValues: 3 },
    ];
    const pools = [nodePool("default", { requirements })];
    const [claim] = planOf({ types: [twoZones()], pools, options: { minValuesPolicy: "BestEffort" } }).claims;
    const lowered = claim?.claim.spec.requirements.filter(({ minValues }) => minValues !== undefined);
    expect(lowered?.map(({ key, minValues }) => [key, minValues])).toEqual([
      [typeKey, 1],
      [zone, 2],
    ]);
  });
});

describe("a pass that ends before it is done", () => {
  it("[scheduling A20] keeps what it has placed, and calls the rest neither failed nor placed", () => {
    const of = (name: string) =>
      podsOf(
        3,
        name,
        app(name, { ...avoids(host, name), ...spreads(spreadOver(zone, name)) }, { requests: { cpu: "1" } }),
      );
    const pods = Array.from({ length: 12 }, (_, i) => of(`app-${i}`)).flat();
    const whole = planOf({}, pods);
    const cut = planOf({ options: { workBudget: 1 } }, pods);
    const told = cut.unplaced.map(({ message, reasons }) => [message, reasons.map(({ code }) => code)]);
    expect(cut.claims.length).toBeLessThan(whole.claims.length);
    expect(cut.claims.flatMap((claim) => claim.pods).length + cut.nominations.length + cut.unplaced.length).toBe(
      pods.length,
    );
    expect(new Set(told.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify(["", ["not-attempted"]])]),
    );
  });
});

it("[scheduling D60] a system that one type alone runs is found there, and there alone", () => {
  const plan = planOf({}, [pod("web", { spec: { nodeSelector: { [labels.os]: "ios" } } })]);
  expect(plan.claims[0]?.instanceTypes).toEqual(["arm-instance-type"]);
});

it("[scheduling D68] a pool of an architecture that nobody sells gives nothing", () => {
  expect(planOf({ pools: [only(labels.arch, "riscv")] }).claims).toEqual([]);
});
