import { describe, expect, test } from "vitest";
import { type EC2NodeClassSpec, getCondition, isReady } from "../../src/api/index.ts";
import type { CreateLaunchTemplateRequest } from "../../src/provider-aws/contract/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { createAwsFixture, type FixtureOptions } from "./fixture.ts";
import { capacity, claimOf, relaunch, types } from "./requests.ts";

const mebibyte = 2 ** 20;
const gateOn = { nodeClassCel: true };
type Kubelet = NonNullable<EC2NodeClassSpec["kubelet"]>;

const listed = async (kubelet: Kubelet, options: FixtureOptions = {}) => {
  const { aws, pool, log } = await createAwsFixture({ spec: { kubelet }, provider: gateOn, ...options });
  const outcome = await aws.cloudProvider.instanceTypes(pool, { signal: new AbortController().signal });
  return { outcome, log, of: (name: string) => outcome.ok && outcome.value.find((type) => type.name === name) };
};

describe("kubelet settings that are expressions, with the gate on", () => {
  test("[aws 9.2.47] are worked out for each type: pods first, what is reserved from the pods that came of it", async () => {
    const { of } = await listed({
      maxPods: "min(max_pods, vcpus * 5)",
      kubeReserved: { cpu: "max_pods * 2 + 3", memory: "memory_mib / 100", "ephemeral-storage": "vcpus", pid: "1000" },
      systemReserved: { cpu: "100m", memory: 'instance_type.startsWith("m5.") ? 17 : 0' },
    });
    // 10 pods: 23m of CPU are 30m, 81 MiB are 96.
    expect(of("m5.large")).toMatchObject({
      capacity: { pods: 10 },
      overhead: {
        kubeReserved: { cpu: 30, memory: 96 * mebibyte, "ephemeral-storage": 2 * 2 ** 30 },
        systemReserved: { cpu: 100, memory: 32 * mebibyte },
      },
    });
    expect(of("c5.xlarge")).toMatchObject({
      capacity: { pods: 20 },
      overhead: { kubeReserved: { cpu: 50 }, systemReserved: { cpu: 100, memory: 0 } },
    });
  });

  test("[aws 9.2.47] fail the whole listing, and a launch, when maxPods fails on one type", async () => {
    const kubelet = { maxPods: '100 / (instance_type == "a1.large" ? 0 : 1)' };
    const { outcome } = await listed(kubelet);
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: "unavailable", message: expect.stringMatching(/^a1\.large: kubelet\.maxPods: .* fails: /) },
    });
    const fixture = await createAwsFixture({ spec: { kubelet }, provider: gateOn });
    expect(await relaunch(fixture, claimOf([types("m5.large")]))).toMatchObject({
      ok: false,
      failure: { kind: "create-failed", reason: "InstanceTypeResolutionFailed" },
    });
  });

  test("[aws 9.2.47] count for nothing with the gate off", async () => {
    const { of } = await listed({ maxPods: "7", kubeReserved: { cpu: "500" } }, { provider: {} });
    expect(of("m5.large")).toMatchObject({ capacity: { pods: 29 } });
  });

  test("of what is reserved are dropped with a line in the log when they fail or come to less than nothing", async () => {
    const { of, log } = await listed({ kubeReserved: { cpu: "vcpus - 1000", memory: "vcpus / 0" } });
    expect(of("m5.large")).toMatchObject({ overhead: { kubeReserved: { cpu: 70, memory: 574 * mebibyte } } });
    const { message, fields } = log.lines.find(({ level }) => level === "error") ?? {};
    expect([message, fields?.["first"]]).toEqual([
      "expressions of reserved resources are left out",
      expect.stringContaining("kubelet.kubeReserved[cpu]"),
    ]);
  });

  test("reach the kubelet as quantities, in one template for types that agree and another for those that do not", async () => {
    const templates: CreateLaunchTemplateRequest[] = [];
    const kubelet = { maxPods: "20", kubeReserved: { cpu: "vcpus * 11", pid: "500" } };
    const fixture = await createAwsFixture({
      spec: { kubelet },
      provider: gateOn,
      wrapClients: (clients) => ({
        ...clients,
        ec2: {
          ...clients.ec2,
          createLaunchTemplate: (request, options) => {
            templates.push(request);
            return clients.ec2.createLaunchTemplate(request, options);
          },
        },
      }),
    });
    await relaunch(fixture, claimOf([types("m5.large", "c5.large", "m5.2xlarge"), capacity("on-demand")]));
    const texts = templates.map(({ LaunchTemplateData: { UserData = "" } }) =>
      Buffer.from(UserData, "base64").toString(),
    );
    expect(texts.map((text) => /kubeReserved:\n\s+cpu: (\S+)\n\s+pid: (\S+)/.exec(text)?.slice(1))).toEqual(
      expect.arrayContaining([
        ["30m", '"500"'],
        ["90m", '"500"'],
      ]),
    );
    expect(texts).toHaveLength(2);
    expect(texts.every((text) => text.includes("maxPods: 20"))).toBe(true);
  });
});

describe("a class with expressions, with the gate on", () => {
  const resolved = async (kubelet: Kubelet) => {
    const { resolve } = await createControllerFixture({ provider: gateOn });
    return await resolve(classOf({ kubelet }));
  };

  test("becomes ready when they hold on every type", async () => {
    expect(isReady(await resolved({ maxPods: "max_pods / 2", kubeReserved: { cpu: "vcpus * 20" } }))).toBe(true);
  });

  test.each([
    [{ maxPods: "pods +" }, "KubeletExpressionInvalid", 'spec.kubelet.maxPods: "pods +" is no expression'],
    [{ maxPods: '"110"' }, "KubeletExpressionInvalid", "gives string; expected a number"],
    [{ maxPods: "10 - vcpus" }, "KubeletExpressionEvaluationFailed", "expected 0 to 2147483647"],
    [{ kubeReserved: { cpu: "2 - vcpus" } }, "KubeletExpressionEvaluationFailed", "which is below 0"],
    [{ systemReserved: { memory: "1 / (vcpus - 2)" } }, "KubeletExpressionEvaluationFailed", "fails: "],
  ])("%j is refused with reason %s", async (kubelet, reason, message) => {
    expect(getCondition(await resolved(kubelet), "ValidationSucceeded")).toMatchObject({
      status: "False",
      reason,
      message: expect.stringContaining(message),
    });
  });
});
