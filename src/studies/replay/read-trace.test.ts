import { describe, expect, it } from "vitest";
import { readTrace } from "./read-trace.ts";
import type { Trace } from "./trace.ts";

function read(text: string): Trace {
  const trace = readTrace(text);
  if (!trace.ok) throw new Error(trace.failure.message);
  return trace.value;
}

const lifes = ({ pods }: Trace) =>
  pods.map(({ name, arrives, leaves }) => [name, arrives / 1000, (leaves ?? Infinity) / 1000]);
const own = (...lines: readonly string[]): string => ["time,action,workload,cpu,memory,gpu,count", ...lines].join("\n");

describe("the project's own CSV", () => {
  it("adds pods, removes the oldest, and scales to a number", () => {
    const text = own("0,add,web,500m,1Gi,,3", "60,remove,web,,,,1", "120,scale,web,1,,,1", "180,scale,web,,,,2");
    expect(lifes(read(text))).toEqual([
      ["web-1", 0, 60],
      ["web-2", 0, 120],
      ["web-3", 0, Infinity],
      ["web-4", 180, Infinity],
    ]);
  });

  it("keeps the size of a workload until another is told", () => {
    const { pods } = read(own("0,add,web,500m,1Gi,1,", "60,add,web,,,,", "120,add,web,2,,,"));
    expect(pods.map(({ cpuMillis, memoryBytes, gpus }) => [cpuMillis, memoryBytes, gpus])).toEqual([
      [500, 2 ** 30, 1],
      [500, 2 ** 30, 1],
      [2000, 0, 0],
    ]);
  });

  it("takes times of a calendar, from the first on", () => {
    const text = own("2026-01-01T00:00:00Z,add,web,1,,,", "2026-01-01T00:01:00Z,remove,web,,,,");
    expect(lifes(read(text))).toEqual([["web-1", 0, 60]]);
  });

  it.each([
    ["0,add,web,1,1Gi,,1\n60,jump,web,,,,1", '3:4: action: found "jump", expected add, remove or scale'],
    ["0,add,web,1,1Gi,,-1", '2:18: count: found "-1", expected a number of 0 or more'],
    ["0,add,web,1,1Gi,,1e400", '2:18: count: found "1e400", expected a number of 0 or more'],
    ["soon,add,web,1,1Gi,,1", '2:1: time: found "soon", expected seconds of 0 or more'],
    ["0,add,,1,1Gi,,1", "2:7: workload: expected a name"],
    ["0,add,web,many,1Gi,,1", '2:11: cpu: "many"'],
    ["60,add,web,1,1Gi,,1\n0,add,web,,,,1", '3:1: time: "0" is earlier than a line before it; played in order of time'],
  ])("tells where %j is wrong, and reads on", (lines, text) => {
    const { problems } = read(`${own("0,add,other,1,1Gi,,1")}\n${lines}`.replace("0,add,other,1,1Gi,,1\n", ""));
    const [{ line, column, message } = { line: 0, column: 0, message: "" }] = problems;
    expect(`${line}:${column}: ${message}`).toContain(text);
  });

  it("puts lines in order of time before it reads what they do", () => {
    expect(lifes(read(own("60,remove,web,,,,1", "0,add,web,1,1Gi,,1")))).toEqual([["web-1", 0, 60]]);
  });
});

describe("pod lists of Alibaba's", () => {
  const heading =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time";

  it("have whole GPUs, and models by EC2's names", () => {
    const { pods, notes } = read(
      `${heading}\np0,12000,16384,1,460,V100M16|T4,LS,Running,5,90,6\np1,1000,1024,1,1000,G3,LS,Running,0,90,0`,
    );
    expect(pods).toEqual([
      { name: "p1", workload: "p1", arrives: 0, leaves: 90_000, cpuMillis: 1000, memoryBytes: 2 ** 30, gpus: 1 },
      {
        name: "p0",
        workload: "p0",
        arrives: 5_000,
        leaves: 90_000,
        cpuMillis: 12_000,
        memoryBytes: 2 ** 34,
        gpus: 1,
        gpuModels: ["t4", "v100"],
      },
    ]);
    expect(notes.join()).toContain("G3");
  });

  it("without times are played at once, for an hour", () => {
    const { pods, notes } = read("name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,12000,16384,1,1000");
    expect([pods[0]?.arrives, pods[0]?.leaves, notes.at(-1)]).toEqual([
      0,
      3_600_000,
      expect.stringContaining("no times"),
    ]);
  });

  it("tell of a pod that leaves before it comes", () => {
    expect(read(`${heading}\np0,1,1,0,0,,LS,Running,9,5,9\np1,1,1,0,0,,LS,Running,1,5,9`).problems).toEqual([
      { line: 2, column: 26, message: 'deletion_time: "5" is before creation_time "9"' },
    ]);
  });
});

describe("decision records", () => {
  const record = (seconds: number, kind: string, more: object): string =>
    JSON.stringify({
      schema: "decision/1",
      time: new Date(1.7e12 + seconds * 1000).toISOString(),
      kind,
      pods: [],
      ...more,
    });

  it("tell when pods came, what they ask for, and by the end of their node when they went", () => {
    const text = [
      record(0, "launch", {
        pods: ["shop/web-a-1", "shop/web-a-2"],
        nodeClaim: "c1",
        requests: { cpu: "1", memory: "2Gi", pods: "2" },
      }),
      record(60, "nominate", { pods: ["shop/web-a-3"], node: "n1" }),
      record(600, "remove", { nodeClaim: "c1", node: "n1", reason: "empty" }),
      record(900, "unplaced", { pods: ["shop/other-b-1"] }),
    ].join("\n");
    const trace = read(text);
    expect(lifes(trace)).toEqual([
      ["shop.web-a-1", 0, 600],
      ["shop.web-a-2", 0, 600],
      ["shop.web-a-3", 60, Infinity],
    ]);
    expect([trace.pods[2]?.cpuMillis, trace.pods[2]?.memoryBytes, trace.endMillis]).toEqual([500, 2 ** 30, 900_000]);
    expect(trace.notes.at(-1)).toBe("1 of 4 pods are left out: no record tells what they ask for");
  });

  it.each([
    ["{broken", "found no JSON object"],
    ['{"time":"late","kind":"launch"}', 'time: found "late"'],
    ['{"time":"2026-01-01T00:00:00Z"}', "kind: found undefined"],
  ])("tell where %s is wrong", (line, text) => {
    expect(read(`${record(0, "launch", { pods: ["a/b-c"], requests: { cpu: "1" } })}\n${line}`).problems).toEqual([
      { line: 2, column: 1, message: expect.stringContaining(text) as string },
    ]);
  });
});

it.each([
  ["sn,cpu_milli,memory_mib,gpu,model\nnode,1,2,3,4", "unknown-format"],
  ["", "unknown-format"],
  ["time,action,workload\n", "empty"],
])("%j is no trace: %s", (text, kind) => {
  const trace = readTrace(text);
  expect(trace.ok ? "" : trace.failure.kind).toBe(kind);
});
