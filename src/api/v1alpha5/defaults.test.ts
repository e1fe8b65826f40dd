import { describe, expect, test } from "vitest";
import { provisionerDefaults, withoutProvisionerDefaults, withProvisionerDefaults } from "./defaults.ts";
import type { Provisioner, ProvisionerSpec } from "./provisioner.ts";

const provisioner = (spec: ProvisionerSpec): Provisioner => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name: "a" },
  spec,
});

const keys = (spec: ProvisionerSpec, which?: Parameters<typeof provisionerDefaults>[1]): readonly string[] =>
  provisionerDefaults(provisioner(spec), which).map(
    ({ key, operator, values }) => `${key} ${operator} ${values?.join(",")}`,
  );

const os = "kubernetes.io/os In linux";
const arch = "kubernetes.io/arch In amd64";
const onDemand = "karpenter.sh/capacity-type In on-demand";
const category = "karpenter.k8s.aws/instance-category In c,m,r";
const generation = "karpenter.k8s.aws/instance-generation Gt 2";

describe("requirements that a Provisioner gets", () => {
  test("[R54] by default: linux, amd64, on demand, categories c, m and r above the second generation", () => {
    expect(keys({})).toEqual([os, arch, onDemand, category, generation]);
  });

  test("[R54] D13: `all` leaves the categories open, as the founding document has it", () => {
    expect(keys({}, "all")).toEqual([os, arch, onDemand]);
  });

  test("[R24] an exclusion of types turns the default categories off", () => {
    const values = ["m6g.16xlarge"];
    const requirements = [{ key: "node.kubernetes.io/instance-type", operator: "NotIn" as const, values }];
    expect(keys({ requirements })).toEqual([os, arch, onDemand]);
  });

  test("a look-alike of an instance key does not", () => {
    const requirements = [{ key: "node.kubernetes.io/instance-family", operator: "In" as const, values: ["m5"] }];
    expect(keys({ requirements })).toContain(category);
  });

  test("D1: a label counts as present, else it would leave nothing to launch", () => {
    expect(keys({ labels: { "karpenter.sh/capacity-type": "spot" } })).not.toContain(onDemand);
  });

  test("an alias counts as its key", () => {
    const requirements = [{ key: "beta.kubernetes.io/arch", operator: "In" as const, values: ["arm64"] }];
    expect(keys({ requirements })).not.toContain(arch);
  });

  test("v0.14 knew neither operating system nor categories", () => {
    expect(keys({}, "v0.14")).toEqual([arch, onDemand]);
  });

  test("what was added can be told from what was written", () => {
    const bare = provisioner({});
    expect(withoutProvisionerDefaults(withProvisionerDefaults(bare)).spec?.requirements).toEqual([]);
    const among = (key: string, ...values: readonly string[]) => ({ key, operator: "In" as const, values });
    const some = provisioner({ requirements: [among("node.kubernetes.io/instance-type", "m5.large")] });
    expect(withoutProvisionerDefaults(withProvisionerDefaults(some))).toEqual(some);
    const same = among("karpenter.k8s.aws/instance-category", "c", "m", "r");
    const own = provisioner({ requirements: [same, among("karpenter.k8s.aws/instance-family", "m5")] });
    expect(withoutProvisionerDefaults(withProvisionerDefaults(own))).toEqual(own);
  });

  test("D2: once more changes nothing", () => {
    const once = withProvisionerDefaults(provisioner({}));
    expect(withProvisionerDefaults(once)).toBe(once);
  });
});
