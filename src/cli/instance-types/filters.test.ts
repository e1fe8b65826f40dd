import { describe, expect, it } from "vitest";
import { runCommand } from "../../../test/builders/cli.ts";
import { booleanFilters, rangeFilters, valueFilters } from "./filter-tables.ts";
import type { TypeRow } from "./type-row.ts";

/**
 * What these ten types are, read from their lines in src/provider-aws/catalogue/generated; which of them a filter leaves was
 * then told by eye from this table, and not by the filter. `ebs` is what EBS optimisation always gives.
 *
 *   type          vcpus GiB  arch        maker hypervisor  $/hour  network ENIs ebs Mbit/s  MB/s    IOPS  disks        more
 *   c1.medium     2     1.7  i386,x86_64 Intel xen         0.13    0.3     2    -           -       -     350 GB hdd   paravirtual, instance-store, no cluster groups
 *   c5n.18xlarge  72    192  x86_64      Intel nitro       3.888   100     15   19000       2375    80000 -            EFA
 *   c6g.large     2     4    arm64       AWS   nitro       0.068   0.75    3    630         78.75   3600  -
 *   f2.6xlarge    24    256  x86_64      AMD   nitro       1.98    12.5    8    7500        937.5   30000 940 GB ssd   FPGA
 *   g4dn.xlarge   4     16   x86_64      Intel nitro       0.526   5       3    950         118.75  3000  125 GB ssd   1 NVIDIA T4 of 16 GiB
 *   inf1.xlarge   4     8    x86_64      Intel nitro       0.228   5       4    1190        148.75  4000  -            1 AWS Inferentia
 *   m5.metal      96    384  x86_64      Intel -           4.608   25      15   19000       2375    80000 -            bare metal
 *   m5d.large     2     8    x86_64      Intel nitro       0.113   0.75    3    650         81.25   3600  75 GB ssd
 *   m6a.large     2     8    x86_64      AMD   nitro       0.0864  0.781   3    650         81.25   3600  -
 *   t3.micro      2     1    x86_64      Intel nitro       0.0104  0.064   2    87          10.875  500   -            burstable, free tier, no cluster groups
 *
 * Not of the current generation: c1.medium, m5.metal. Without ENA, IPv6, NVMe and EBS optimisation: c1.medium. Encrypt
 * between instances: c5n, f2, g4dn, inf1, m6a. Hibernate: c6g, m5d, m6a, t3. Recover by themselves: c5n, c6g, inf1, m5, m6a, t3. On dedicated hosts:
 * all but c1, g4dn, inf1. In us-east-1f (use1-az5): all but c1 and f2. Encrypt disks: all.
 */
const types =
  "c1.medium,c5n.18xlarge,c6g.large,f2.6xlarge,g4dn.xlarge,inf1.xlarge,m5.metal,m5d.large,m6a.large,t3.micro";

const byHand: readonly (readonly [line: string, types: string])[] = [
  ["--vcpus 2", "c1.medium c6g.large m5d.large m6a.large t3.micro"],
  ["--vcpus-min 24 --vcpus-max 72", "c5n.18xlarge f2.6xlarge"],
  ["--memory 8GiB", "inf1.xlarge m5d.large m6a.large"],
  ["--memory-max 2", "c1.medium t3.micro"],
  ["--gpus 1", "g4dn.xlarge"],
  ["--gpu-memory-total 16GiB", "g4dn.xlarge"],
  ["--gpu-manufacturer nvidia", "g4dn.xlarge"],
  ["--gpu-model t4", "g4dn.xlarge"],
  ["--inference-accelerators-min 1", "inf1.xlarge"],
  ["--inference-accelerator-manufacturer aws", "inf1.xlarge"],
  ["--inference-accelerator-model inferentia", "inf1.xlarge"],
  ["--network-interfaces 2", "c1.medium t3.micro"],
  ["--network-interfaces-min 8", "c5n.18xlarge f2.6xlarge m5.metal"],
  ["--network-performance-min 12.5", "c5n.18xlarge f2.6xlarge m5.metal"],
  ["--network-performance-max 0.5", "c1.medium t3.micro"],
  ["--price-per-hour-max 0.1", "c6g.large m6a.large t3.micro"],
  ["--price-per-hour-min 0.3 --price-per-hour-max 2", "f2.6xlarge g4dn.xlarge"],
  ["--instance-storage-min 100", "c1.medium f2.6xlarge g4dn.xlarge"],
  ["--ebs-optimized-baseline-bandwidth-min 7500", "c5n.18xlarge f2.6xlarge m5.metal"],
  ["--ebs-optimized-baseline-throughput 81.25", "m5d.large m6a.large"],
  ["--ebs-optimized-baseline-iops-max 3000", "g4dn.xlarge t3.micro"],
  ["--generation 5", "c5n.18xlarge m5.metal m5d.large"],
  ["--generation-max 2", "c1.medium f2.6xlarge inf1.xlarge"],
  ["--vcpus-to-memory-ratio 1:2", "c6g.large inf1.xlarge"],
  ["--cpu-architecture arm64", "c6g.large"],
  ["--cpu-architecture i386", "c1.medium"],
  ["--cpu-manufacturer amd", "f2.6xlarge m6a.large"],
  ["--hypervisor xen", "c1.medium"],
  ["--root-device-type instance-store", "c1.medium"],
  ["--virtualization-type pv", "c1.medium"],
  ["--disk-type hdd", "c1.medium"],
  ["--disk-type ssd", "f2.6xlarge g4dn.xlarge m5d.large"],
  ["--ena-support false", "c1.medium"],
  ["--efa-support", "c5n.18xlarge"],
  ["--baremetal", "m5.metal"],
  ["--burst-support", "t3.micro"],
  ["--fpga-support", "f2.6xlarge"],
  ["--current-generation false", "c1.medium m5.metal"],
  ["--network-encryption", "c5n.18xlarge f2.6xlarge g4dn.xlarge inf1.xlarge m6a.large"],
  ["--hibernation-support", "c6g.large m5d.large m6a.large t3.micro"],
  ["--ipv6 false", "c1.medium"],
  ["--nvme false", "c1.medium"],
  ["--disk-encryption false", ""],
  ["--ebs-optimized false", "c1.medium"],
  ["--free-tier", "t3.micro"],
  ["--auto-recovery", "c5n.18xlarge c6g.large inf1.xlarge m5.metal m6a.large t3.micro"],
  ["--dedicated-hosts false", "c1.medium g4dn.xlarge inf1.xlarge"],
  [
    "--placement-group-strategy cluster",
    "c5n.18xlarge c6g.large f2.6xlarge g4dn.xlarge inf1.xlarge m5.metal m5d.large m6a.large",
  ],
  [
    "--availability-zones us-east-1f",
    "c5n.18xlarge c6g.large g4dn.xlarge inf1.xlarge m5.metal m5d.large m6a.large t3.micro",
  ],
  ["-z use1-az5,us-east-1a --vcpus 4", "g4dn.xlarge inf1.xlarge"],
  ["--allow-list ^m5", "m5.metal m5d.large"],
  ["--deny-list large|metal", "c1.medium t3.micro"],
];

/** Names of the types that a line leaves, in order. */
async function namesOf(line: string): Promise<string> {
  const { output } = await runCommand(["instance-types", ...line.split(" "), "--max-results", "2000", "-o", "json"]);
  return (JSON.parse(output) as readonly TypeRow[]).map(({ name }) => name).join(" ");
}

describe("filters of instance-types", () => {
  it.each(byHand)("%s", async (line, names) => {
    expect(await namesOf(`${line} --instance-types ${types}`)).toBe(names);
  });

  it("leaves what may be bought as spot", async () => {
    expect(await namesOf("--usage-class spot --instance-types c8ine.2xlarge,m5.large")).toBe("m5.large");
    expect(await namesOf("--usage-class on-demand --instance-types c8ine.2xlarge")).toBe("c8ine.2xlarge");
  });

  it("has a line here for every filter", () => {
    const tables: readonly { readonly flag: string }[] = [...rangeFilters, ...valueFilters, ...booleanFilters];
    const tried = new Set(byHand.flatMap(([line]) => line.match(/--[\w-]+/g) ?? []));
    const missing = tables
      .map(({ flag }) => flag)
      .filter((flag) => ![`--${flag}`, `--${flag}-min`, `--${flag}-max`].some((name) => tried.has(name)));
    expect(missing).toEqual(["usage-class"]);
  });
});
