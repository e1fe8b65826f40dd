/** What the founding document asks of launches on EC2, seen at the account's calls (spec: v1alpha5 6.3). */
import { expect, test, vi } from "vitest";
import { deploymentType, jobType } from "../../src/api/index.ts";
import { loadCatalogue } from "../../src/provider-aws/catalogue/index.ts";
import { type EraCluster, eraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const runs = (cluster: EraCluster, pods: number) => async () => (await cluster.running()).length === pods;

const capacityTypes = (...values: readonly string[]) => ({
  key: "karpenter.sh/capacity-type",
  operator: "In" as const,
  values,
});

test("[R52] [R58] spot goes to the deepest pools first, over all zones; on demand to the lowest price", async () => {
  const cluster = await eraCluster();
  const fleets = vi.spyOn(cluster.account.clients.ec2, "createFleet");
  // A controller that finds the spy in place.
  await cluster.restartOperator();
  const types = typesOnly("m5.large", "m5.xlarge", "c5.large", "c5.xlarge").requirements ?? [];
  await cluster.apply(
    template(),
    provisioner("spot", { requirements: [...types, capacityTypes("spot")] }),
    provisioner("steady", { requirements: [...types, capacityTypes("on-demand")] }),
  );
  await cluster.run("a", 1, { nodeSelector: { "karpenter.sh/provisioner-name": "spot" } });
  await cluster.run("b", 1, { nodeSelector: { "karpenter.sh/provisioner-name": "steady" } });
  expect(await cluster.until(runs(cluster, 2), 90)).toBe(true);
  const inputs = fleets.mock.calls.map(([input]) => input).filter(({ DryRun }) => DryRun !== true);
  const spot = inputs.find(({ TargetCapacitySpecification: target }) => target?.DefaultTargetCapacityType === "spot");
  const steady = inputs.find(({ TargetCapacitySpecification: target }) => target?.DefaultTargetCapacityType !== "spot");
  expect(spot?.SpotOptions?.AllocationStrategy).toBe("price-capacity-optimized");
  expect(steady?.OnDemandOptions?.AllocationStrategy).toBe("lowest-price");
  const overrides = (spot?.LaunchTemplateConfigs ?? []).flatMap(({ Overrides }) => Overrides);
  expect(new Set(overrides.map(({ SubnetId, AvailabilityZone }) => SubnetId ?? AvailabilityZone)).size).toBeGreaterThan(
    1,
  );
  expect(new Set(overrides.map(({ InstanceType }) => InstanceType)).size).toBeGreaterThan(1);
  await cluster.stop();
});

test("[R36] [R37] [R38] prices come from a dated table in the product, and machines are launched without the pricing API", async () => {
  const { onDemand } = loadCatalogue();
  expect(onDemand.prices.size).toBeGreaterThan(100);
  const cluster = await eraCluster();
  cluster.account.faults.refuseCalls("Pricing GetProducts", { code: "RequestError", message: "dial tcp: i/o timeout" });
  await cluster.apply(template(), provisioner("general", typesOnly("m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  await cluster.stop();
});

test("[R30] pods of an interrupted machine get their grace period", async () => {
  const cluster = await eraCluster();
  await cluster.apply(
    template(),
    provisioner("general", { requirements: [...(typesOnly("m5.large").requirements ?? []), capacityTypes("spot")] }),
  );
  await cluster.run("web", 1, { terminationGracePeriodSeconds: 60 });
  expect(await cluster.until(runs(cluster, 1), 60)).toBe(true);
  const [before] = await cluster.running();
  const [node] = await cluster.nodes();
  const evictions = vi.spyOn(cluster.kube, "createSubresource");
  cluster.account.faults.interrupt(node?.spec.providerID?.split("/").at(-1) ?? "");
  await cluster.clock.advance(30_000);
  const [, name, , body] = evictions.mock.calls.find(([, , subresource]) => subresource === "eviction") ?? [];
  expect(name).toMatchObject({ name: before?.metadata.name });
  expect(body).not.toHaveProperty("deleteOptions.gracePeriodSeconds");
  await cluster.stop();
});

test("[R57] [R53] when one type runs out, the next is launched within a minute", async () => {
  const cluster = await eraCluster();
  cluster.account.faults.insufficientCapacity({ instanceType: "c5.large" });
  await cluster.apply(template(), provisioner("general", typesOnly("c5.large", "m5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 90)).toBe(true);
  const [machine] = await cluster.machines();
  expect(machine?.metadata.labels?.["node.kubernetes.io/instance-type"]).toBe("m5.large");
  await cluster.stop();
});

test("[R77] [R3] a machine whose jobs have ended goes after its TTL", async () => {
  const cluster = await eraCluster();
  await cluster.apply(template(), provisioner("batch", { ...typesOnly("m5.large"), ttlSecondsAfterEmpty: 30 }));
  await cluster.kube.create(jobType, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace: "default" },
    spec: {
      template: {
        metadata: { annotations: { "karpenter.sh/do-not-evict": "true" } },
        spec: {
          restartPolicy: "Never",
          containers: [{ name: "work", image: "work:1", resources: { requests: { cpu: "1" } } }],
        },
      },
    },
  });
  expect(await cluster.until(async () => (await cluster.machines()).length === 1, 30)).toBe(true);
  expect(await cluster.until(async () => (await cluster.machines()).length === 0, 400)).toBe(true);
  expect(await cluster.list(deploymentType)).toEqual([]);
  await cluster.stop();
});

test("[R20] [R21] D4: a template with a launch template of its own serves, as it is and at its latest version", async () => {
  const cluster = await eraCluster();
  const { ec2 } = cluster.account.clients;
  const named = [{ Name: "name", Values: ["*al2023-x86_64-standard*"] }];
  const { Images = [] } = await ec2.describeImages({ Filters: named }, {});
  const LaunchTemplateData = { ImageId: Images[0]?.ImageId ?? "", NetworkInterfaces: [{ DeviceIndex: 0 }] };
  await ec2.createLaunchTemplate({ LaunchTemplateName: "mine", LaunchTemplateData }, {});
  const fleets = vi.spyOn(ec2, "createFleet");
  await cluster.restartOperator();
  const { subnetSelector } = template().spec ?? {};
  const unmanaged = { ...template(), spec: { launchTemplate: "mine", ...(subnetSelector && { subnetSelector }) } };
  await cluster.apply(unmanaged, provisioner("general", typesOnly("m5.large", "c5.large")));
  await cluster.run("web", 1);
  expect(await cluster.until(runs(cluster, 1), 120)).toBe(true);
  const [input] = fleets.mock.calls.map(([call]) => call).filter(({ DryRun }) => DryRun !== true);
  expect(input?.LaunchTemplateConfigs?.map((config) => config.LaunchTemplateSpecification)).toEqual([
    { LaunchTemplateName: "mine", Version: "$Latest" },
  ]);
  await cluster.stop();
});
