import { describe, expect, it } from "vitest";
import { fileWith, runCommand } from "../../../test/builders/cli.ts";
import type { TypeRow } from "./type-row.ts";

const run = (line: string) => runCommand(["instance-types", ...line.split(" ").filter((word) => word !== "")]);

async function rowsOf(line: string): Promise<readonly TypeRow[]> {
  const { output } = await run(`${line} --max-results 2000 --output json`);
  return JSON.parse(output) as readonly TypeRow[];
}

describe("karpenter instance-types", () => {
  it("answers the founding document's example with its eight types", async () => {
    const { exitCode, output } = await run("--memory 4GiB --vcpus 2 --cpu-architecture x86_64 --region ap-southeast-1");
    const eight = [
      "c5.large",
      "c5a.large",
      "c5ad.large",
      "c5d.large",
      "c6i.large",
      "t2.medium",
      "t3.medium",
      "t3a.medium",
    ];
    expect([exitCode, output.trim().split("\n")]).toEqual([0, expect.arrayContaining(eight)]);
  });

  it.each([
    ["--gpus 8 --gpu-model V100", ["p3.16xlarge", "p3dn.24xlarge"]],
    ["--instance-types m5.large,c5.large", ["c5.large", "m5.large"]],
    ["--allow-list ^m5\\.(large|xlarge)$", ["m5.large", "m5.xlarge"]],
    ["--allow-list ^m5\\. --deny-list xlarge|metal", ["m5.large"]],
    ["--allow-list ^t3\\. --memory-max 1", ["t3.micro", "t3.nano"]],
    ["--allow-list ^t3\\. --memory 512mi", ["t3.nano"]],
    ["--allow-list ^m5\\. --vcpus-min 48 --vcpus-max 64", ["m5.12xlarge", "m5.16xlarge"]],
    ["--allow-list ^m5\\. --baremetal", ["m5.metal"]],
    ["--allow-list ^[mt]3\\.(large|medium)$ --burst-support", ["t3.large", "t3.medium"]],
    ["--allow-list ^[mt]3\\.(large|medium)$ --burst-support false", ["m3.large", "m3.medium"]],
    ["--allow-list ^[cm]6[ag]\\.large$ -a arm64", ["c6g.large", "m6g.large"]],
    ["--allow-list ^[cm]6[agi]\\.large$ --cpu-manufacturer amd", ["c6a.large", "m6a.large"]],
    ["--allow-list ^c[45]\\.large$ --hypervisor xen", ["c4.large"]],
    ["--allow-list ^m[56]i?\\.large$ --generation 6", ["m6i.large"]],
    ["--allow-list ^[cmr]5\\.large$ --vcpus-to-memory-ratio 1:8", ["r5.large"]],
    ["--allow-list ^m5d?\\.large$ --instance-storage-min 1", ["m5d.large"]],
    ["--allow-list ^m5\\. --price-per-hour-max 0.1", ["m5.large"]],
    ["--allow-list ^inf1\\. --inference-accelerators 4", ["inf1.6xlarge"]],
    ["--allow-list ^c5n?\\. --efa-support --vcpus 72 --baremetal false", ["c5n.18xlarge"]],
    ["--allow-list ^[mg]4d?n?\\.xlarge$ --gpu-manufacturer nvidia", ["g4dn.xlarge"]],
    ["--allow-list ^(m1|c6i)\\.large$ --current-generation", ["c6i.large"]],
  ])("%s", async (line, names) => {
    expect((await rowsOf(line)).map(({ name }) => name).toSorted()).toEqual(names);
  });

  it("gives the table's columns as fields of a bare array", async () => {
    const [row] = await rowsOf("--instance-types g4dn.xlarge");
    expect(row).toMatchObject({
      name: "g4dn.xlarge",
      vcpus: 4,
      memoryGib: 16,
      cpuArchitecture: "x86_64",
      gpus: 1,
      gpuMemoryGib: 16,
      gpuInfo: "NVIDIA T4 x1",
      onDemandPrice: 0.526,
    });
  });

  it("sorts by price either way, and says how many it left out", async () => {
    const { output, errors } = await run("--allow-list ^m5\\. --sort-by on-demand-price --max-results 2");
    const { output: dear } = await run(
      "--allow-list ^m5\\. --sort-by on-demand-price --sort-direction descending -o one-line",
    );
    expect([output, errors]).toEqual(["m5.large\nm5.xlarge\n", expect.stringMatching(/2 of \d+ types shown/)]);
    expect(dear.endsWith("m5.xlarge,m5.large\n")).toBe(true);
  });

  it("prints a table", async () => {
    const { output } = await run("--instance-types m5.large,c5.large --output table");
    expect(output).toBe(
      "INSTANCE TYPE  VCPUS  MEM (GIB)\nc5.large           2          4\nm5.large           2          8\n",
    );
  });

  it("orders by any figure that --verbose prints, and prints it", async () => {
    const line = "--instance-types c6g.large,m6a.large,t3.micro --sort-by .ec2.clockMhz --sort-direction descending";
    const { output } = await run(`${line} --verbose`);
    const details = JSON.parse(output) as readonly { name: string; ec2: { clockMhz: number; freeTier: boolean } }[];
    expect(details.map(({ name, ec2 }) => [name, ec2.clockMhz, ec2.freeTier])).toEqual([
      ["m6a.large", 3600, false],
      ["c6g.large", 2500, false],
      ["t3.micro", 2500, true],
    ]);
  });

  it("prints the same as YAML", async () => {
    const { output } = await run("--instance-types m5.large --output yaml");
    expect(output).toContain("- name: m5.large\n  vcpus: 2\n");
  });

  it("finds types like one", async () => {
    const rows = await rowsOf("--like m5.xlarge");
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["m5.xlarge", "m5a.xlarge", "m6i.xlarge"]));
    expect(rows.every(({ vcpus, memoryGib }) => vcpus === 4 && memoryGib >= 14.4 && memoryGib <= 19.2)).toBe(true);
  });

  it("takes flexible types of 4 vCPUs unless told", async () => {
    const rows = await rowsOf("--flexible");
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.every(({ name, vcpus }) => vcpus === 4 && /^[cmrt]/.test(name))).toBe(true);
  });

  it("writes requirements that a NodePool takes", async () => {
    const { output } = await run("--allow-list ^m5\\.(large|xlarge)$ --as-requirements");
    expect(output).toBe(`requirements:
  - key: kubernetes.io/arch
    operator: In
    values:
      - amd64
  - key: node.kubernetes.io/instance-type
    operator: In
    values:
      - m5.large
      - m5.xlarge
`);
  });

  it("takes prices of the user's", async () => {
    const prices = fileWith("m5.large,0.01\n", "prices.csv");
    const [row] = await rowsOf(`--instance-types m5.large --prices ${prices}`);
    expect(row?.onDemandPrice).toBe(0.01);
  });

  it("names a price that is none, in the first line too", async () => {
    const prices = fileWith("m5.large,cheap\n", "prices.csv");
    const { exitCode, errors } = await run(`--prices ${prices}`);
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('line 1: found "cheap", expected USD an hour')]);
  });

  it.each([
    ["--vcpus 3 --memory 1000", 1, "the criteria are too narrow"],
    ["--vcpus many", 2, '"many" is no amount'],
    ["--memory 4XB", 2, '"4XB" is no amount of memory'],
    ["--allow-list [", 2, '"[" is no regular expression'],
    ["--vcpus-to-memory-ratio 1/2", 2, '"1/2" is no ratio'],
    ["--cpu-architecture sparc", 2, "Allowed choices are x86_64, amd64"],
    ["--max-results 0", 2, '"0" is no number of types; expected 1 or more'],
    ["-z us-east-1x", 1, "no type of us-east-1 is offered in a zone us-east-1x"],
    ["--service emr-7.0.0", 2, "--service emr-7.0.0: the catalogue does not hold which types it takes"],
    ["--sort-by colour", 2, '"colour" is no order'],
    ["--sort-by .ec2.colour", 2, "no type has that; --verbose shows what there is"],
    ["--vcpus-min 8 --vcpus-max 4", 2, "--vcpus: the least, 8, is more than the most, 4"],
    ["--output interactive", 2, "needs a terminal"],
    ["--instance-types m5.large,m5.huge", 0, "us-east-1 has no machine type named m5.huge"],
    ["--service eks --instance-types m5.large", 0, "--service eks filters nothing"],
    ["--like m5.huge", 2, "has no such machine type"],
    ["--region mars", 2, "Allowed choices are us-east-1"],
  ])("%s ends with %i and says why", async (line, code, text) => {
    const { exitCode, errors } = await run(line);
    expect([exitCode, errors]).toEqual([code, expect.stringContaining(text)]);
  });
});
