import { describe, expect, it } from "vitest";
import { boundPod, deployment, documents, fileWith, machine, poolOf, runCommand } from "../../../test/builders/cli.ts";
import { cut } from "../screen/cut.ts";
import { painter } from "../terminal.ts";
import type { TopNode } from "./model.ts";
import { screenLines } from "./screen.ts";
import { pressed, shownNodes, type TopView } from "./view.ts";

const guard = { "karpenter.sh/do-not-disrupt": "true" };
const cluster = documents(
  poolOf("large", ["m5.large"], { limits: { cpu: "100" } }),
  machine("one", "large", "m5.large"),
  machine("two", "large", "m5.large", guard),
  boundPod("a", "one", "1900m"),
  boundPod("b", "two", "400m"),
  deployment("waiting", 2, { cpu: "100m" }),
);

const once = (...words: readonly string[]) => runCommand(["top", "--once", "-f", fileWith(cluster), ...words]);

describe("karpenter top --once", () => {
  it("shows bars of requests, money for nodes, pools and all, limits, and why a node is kept", async () => {
    const { exitCode, output } = await once();
    const lines = output.split("\n");
    expect(exitCode).toBe(0);
    expect(lines[0]).toBe("2 nodes  cpu 2.3/3.9  ███████░░░░░  60%  $0.192/hour $140.16/month");
    expect(lines[2]).toBe("4 pods (2 pending, 2 running, 2 bound)");
    expect(output).toContain("large  2 nodes  ███████░░░░░  60%  $0.192/hour $140.16/month  limits: cpu 3.9 of 100");
    expect(output).toMatch(/^one +█{12} {2}98% +1\/29 m5\.large +0\.0960 on-demand ready/m);
    expect(output).toContain("it carries the annotation karpenter.sh/do-not-disrupt");
  });

  it("gives the columns as fields of a bare array", async () => {
    const { output } = await once("-o", "json", "--node-sort", "name");
    const [node] = JSON.parse(output) as readonly TopNode[];
    expect(node).toMatchObject({
      name: "one",
      pool: "large",
      type: "m5.large",
      stage: "ready",
      pricePerHour: 0.096,
      pricePerMonth: 70.08,
      pods: 1,
      podsMost: 29,
      resources: { cpu: { used: 1900, of: 1930 } },
    });
  });

  const namesOf = async (...words: readonly string[]): Promise<readonly string[]> =>
    (JSON.parse((await once("-o", "json", ...words)).output) as readonly TopNode[]).map(({ name }) => name);

  it.each([
    [
      ["--node-sort", "name=dsc"],
      ["two", "one"],
    ],
    [
      ["--node-sort", "cpu"],
      ["two", "one"],
    ],
    [
      ["--node-sort", "eks-node-viewer/node-cpu-usage=dsc"],
      ["one", "two"],
    ],
    [
      ["--node-sort", "kubernetes.io/hostname=dsc"],
      ["two", "one"],
    ],
    [["--node-selector", "kubernetes.io/hostname=one"], ["one"]],
    [["--node-selector", "kubernetes.io/hostname!=one,kubernetes.io/arch"], ["two"]],
    [["--node-selector", "!kubernetes.io/arch"], []],
    [["--filter", "do-not-disrupt"], ["two"]],
    [["--filter", "LARGE one"], ["one"]],
  ])("%j picks and orders", async (words, names) => {
    expect(await namesOf(...words)).toEqual(names);
  });

  it("shows labels as columns, other resources, and no money when told", async () => {
    const { output } = await once(
      "--extra-labels",
      "topology.kubernetes.io/zone",
      "--resources",
      "pods",
      "--no-pricing",
      "--no-group",
    );
    expect([output.includes("$"), output.includes("us-east-1a"), output.split("\n")[0]]).toEqual([
      false,
      true,
      "2 nodes  pods 2/58  ░░░░░░░░░░░░   3%",
    ]);
  });

  it("shows claims that are no nodes yet, cordoned nodes, and those on their way out", async () => {
    const [claim = ""] = machine("coming", "large", "m5.large").split("\n---\n");
    const waiting = claim
      .replace('"nodeName":"coming",', "")
      .replaceAll(/\{"type":"(Registered|Initialized)"[^}]*\},?/g, "")
      .replace(",]", "]");
    const cordoned = machine("closed", "large", "m5.large").replace(
      '"spec":{"providerID"',
      '"spec":{"unschedulable":true,"providerID"',
    );
    const leaving = machine("going", "large", "m5.large").replace(
      '"spec":{"providerID"',
      '"spec":{"taints":[{"key":"karpenter.sh/disrupted","effect":"NoSchedule"}],"providerID"',
    );
    const file = fileWith(documents(poolOf("large", ["m5.large"]), waiting, cordoned, leaving));
    const { output } = await runCommand(["top", "-f", file, "-o", "json"]);
    const stages = (JSON.parse(output) as readonly TopNode[]).map(({ name, stage }) => `${name}: ${stage}`);
    expect(stages.toSorted()).toEqual(["claim-coming: launching", "closed: cordoned", "going: leaving"]);
  });

  it.each([
    [["top"], "name files with -f, or a cluster with --kubeconfig"],
    [["top", "-f", "samples/pools.yaml", "--node-selector", "a b"], '"a b" is no selector'],
    [["top", "--interval", "1ms"], '"1ms" is no interval'],
    [["top", "--node-sort", "=asc"], '"=asc" is no order'],
  ])("%j ends with 2 and says why", async (words, text) => {
    const { exitCode, errors } = await runCommand(words);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining(text)]);
  });
});

const plainView: TopView = {
  sort: { key: "name", descending: false },
  filter: "",
  isTyping: false,
  grouped: false,
  top: 0,
  help: false,
};

const node = (name: string, change: Partial<TopNode> = {}): TopNode => ({
  name,
  pool: "p",
  type: "m5.large",
  zone: "a",
  capacityType: "spot",
  stage: "ready",
  pricePerHour: 0.1,
  pricePerMonth: 73,
  pods: 1,
  podsMost: 29,
  resources: { cpu: { used: 1000, of: 2000 } },
  ageSeconds: 60,
  disruption: "",
  labels: {},
  ...change,
});

const model = {
  nodes: Array.from({ length: 50 }, (_, at) => node(`node-${at + 1}`)),
  pools: [],
  pods: { bound: 50, pending: 0, running: 50 },
};
const options = {
  columns: 100,
  rows: 20,
  paint: painter(false),
  resources: ["cpu"],
  extraLabels: [],
  withPrices: true,
  note: "",
};

describe("keys", () => {
  const after = (...keys: readonly string[]): TopView =>
    keys.reduce((view, key) => {
      const next = pressed(view, key, 10);
      return next === "quit" ? view : next;
    }, plainView);

  it("sort, reverse, group and help", () => {
    expect([after("s").sort.key, after("r").sort.descending, after("g").grouped, after("?").help]).toEqual([
      "pool",
      true,
      true,
      true,
    ]);
  });

  it("move by lines and pages, never above the first", () => {
    expect([after("j", "j", "k").top, after(" ").top, after("\u001b[C", "\u001b[D", "\u001b[A").top]).toEqual([
      1, 10, 0,
    ]);
  });

  it("type a filter that Enter keeps and Esc drops", () => {
    expect(after("/", "g", "q", "\u007f", "\r")).toMatchObject({ filter: "g", isTyping: false });
    expect(after("/", "g", "\u001b")).toMatchObject({ filter: "", isTyping: false });
  });

  it.each(["q", "\u001b", "\u0003"])("%j leaves", (key) => {
    expect(pressed(plainView, key, 10)).toBe("quit");
  });
});

describe("the screen", () => {
  it("fills the terminal and no more, whatever is scrolled", () => {
    for (const top of [0, 7, 1_000]) expect(screenLines(model, { ...plainView, top }, options).length).toBe(20);
    expect(screenLines(model, { ...plainView, top: 1_000 }, options).at(-2)).toContain("node-50");
  });

  it("counts in names as people do", () => {
    expect(
      shownNodes(model.nodes, plainView)
        .slice(0, 11)
        .map(({ name }) => name)
        .slice(8),
    ).toEqual(["node-9", "node-10", "node-11"]);
  });

  it("keeps names and bars on a terminal of 40 columns", () => {
    const lines = screenLines(model, plainView, { ...options, columns: 40 });
    expect(lines.every((line) => line.length <= 40)).toBe(true);
    expect(lines[2]).toContain("node-1  ██████░░░░░░  50%");
  });

  it("cuts by what is seen", () => {
    expect([cut("\u001b[31mred\u001b[0m and more", 5), cut("short", 10)]).toEqual([
      "\u001b[31mred\u001b[0m a\u001b[0m",
      "short",
    ]);
  });
});
