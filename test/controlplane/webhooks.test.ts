/** The admission endpoint of the v1alpha5 era, called by a real API server (spec: v1alpha5 4.12, 5.6 step 12). */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eraWebhooks, type KubeObject, serviceType, type WebhookConfiguration } from "../../src/api/index.ts";
import { freePorts } from "./control-plane.ts";
import { type KubectlAnswer, openRealCluster, type TestCluster } from "./test-cluster.ts";

/** What the chart installs. The API server finds the endpoint of this process behind the name, as it would a Service's pods. */
async function installWebhooks({ kube }: TestCluster, port: number): Promise<void> {
  await kube.create<KubeObject>(serviceType, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "karpenter", namespace: "kube-system" },
    spec: { type: "ExternalName", externalName: "localhost" },
  } as KubeObject);
  const ofEra = ["provisioners", "awsnodetemplates"];
  for (const { type, name, path } of eraWebhooks) {
    const isConfig = name === "validation.webhook.config.karpenter.sh";
    const rules = [
      {
        apiGroups: isConfig ? [""] : ["karpenter.sh", "karpenter.k8s.aws"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE"],
        resources: isConfig ? ["configmaps"] : ofEra,
      },
    ];
    const webhook = {
      name,
      clientConfig: { service: { name: "karpenter", namespace: "kube-system", path, port } },
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      failurePolicy: "Fail",
      rules,
      ...(isConfig ? { objectSelector: { matchLabels: { "app.kubernetes.io/part-of": "karpenter" } } } : {}),
    };
    await kube.create<WebhookConfiguration>(type, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: type.kind,
      metadata: { name },
      webhooks: [webhook],
    });
  }
}

const named = (kind: "Provisioner" | "AWSNodeTemplate", name: string, spec: object): KubeObject =>
  ({
    apiVersion: kind === "Provisioner" ? "karpenter.sh/v1alpha5" : "karpenter.k8s.aws/v1alpha1",
    kind,
    metadata: { name },
    spec,
  }) as KubeObject;

/** Passes the schema, which cannot tell that a soft threshold lacks its grace period. */
const graceless = named("Provisioner", "graceless", {
  providerRef: { name: "default" },
  kubeletConfiguration: { evictionSoft: { "memory.available": "5%" } },
});

describe("the webhooks of the era on a real API server", () => {
  const running: { cluster?: TestCluster; folder?: string } = {};
  const cluster = (): TestCluster => {
    if (running.cluster === undefined) throw new Error("the cluster did not start");
    return running.cluster;
  };
  const apply = async (object: KubeObject, ...more: readonly string[]): Promise<KubectlAnswer> => {
    const file = join(running.folder ?? "", "object.json");
    await writeFile(file, JSON.stringify(object));
    return cluster().kubectl("apply", "-f", file, ...more);
  };
  beforeAll(async () => {
    running.folder = await mkdtemp(join(tmpdir(), "webhooks-"));
    running.cluster = await openRealCluster(inject("binaries"));
    const [webhookPort = 0] = await freePorts(1);
    await installWebhooks(cluster(), webhookPort);
    const options = { disableWebhook: false, webhookPort, metricsPort: 0, healthProbePort: 0 };
    await cluster().startOperator({ options, host: "127.0.0.1" });
    // The certificate is made, written into the configurations, and comes to the API server by its own watch.
    await cluster().until(240, async () => {
      const { stderr } = await apply(graceless, "--dry-run=server");
      return stderr.includes("denied the request") ? undefined : `the endpoint is not called yet: ${stderr}`;
    });
  });
  afterAll(async () => {
    await running.cluster?.stop();
    if (running.folder !== undefined) await rm(running.folder, { recursive: true });
  });

  it("[R16] refuse in the words of the era what a schema cannot tell", async () => {
    const { code, stderr } = await apply(graceless);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'admission webhook "validation.webhook.karpenter.sh" denied the request: validation failed: ',
    );
    expect(stderr).toContain("spec.kubeletConfiguration.evictionSoft");
    const inline = await apply(named("Provisioner", "inline", { provider: { subnetSelectors: { a: "b" } } }));
    expect(inline.stderr).toContain('admission webhook "validation.webhook.karpenter.k8s.aws" denied the request');
  });

  it("[R54] D2: write the defaults into what is stored, and write none a second time", async () => {
    const bare = named("Provisioner", "bare", { providerRef: { name: "default" } });
    expect(await apply(bare)).toMatchObject({ code: 0 });
    const stored = async () =>
      (await cluster().kubectl("get", "provisioner", "bare", "-o", "jsonpath={.spec.requirements[*].key}")).stdout;
    const keys = [
      "kubernetes.io/os",
      "kubernetes.io/arch",
      "karpenter.sh/capacity-type",
      "karpenter.k8s.aws/instance-category",
      "karpenter.k8s.aws/instance-generation",
    ].join(" ");
    expect(await stored()).toBe(keys);
    await cluster().kubectl("label", "provisioner", "bare", "seen=true");
    expect(await stored()).toBe(keys);
  });

  it("[R20] [R71] D3 D4: admit with a warning what the document advises against", async () => {
    const unbounded = await apply(named("Provisioner", "unbounded", {}));
    expect(unbounded).toMatchObject({ code: 0 });
    expect(unbounded.stderr).toMatch(/^Warning: KBP311: .*$/m);
    expect(unbounded.stderr).toMatch(/^Warning: KBP610: .*$/m);
    const unmanaged = await apply(
      named("AWSNodeTemplate", "unmanaged", { launchTemplate: "mine", subnetSelector: { team: "a" } }),
    );
    expect(unmanaged).toMatchObject({ code: 0 });
    expect(unmanaged.stderr).toMatch(/^Warning: KBP130: .*$/m);
  });

  it("[R26] D6: refuse a settings map that would be refused when it is read", async () => {
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "karpenter-global-settings",
        namespace: "kube-system",
        labels: { "app.kubernetes.io/part-of": "karpenter" },
      },
      data: { "aws.clusterName": "a", batchMaxDuration: "ten" },
    } as KubeObject;
    const { code, stderr } = await apply(map);
    expect(code).toBe(1);
    expect(stderr).toContain('batchMaxDuration is "ten", expected a duration such as 10s or 1m30s');
  });

  it("shows the kinds in kubectl as their users know them", async () => {
    await apply(named("Provisioner", "weighted", { providerRef: { name: "default" }, weight: 7 }));
    const { stdout } = await cluster().kubectl("get", "provisioners", "-o", "wide");
    expect(stdout).toMatch(/^NAME +TEMPLATE +WEIGHT/);
    expect(stdout).toMatch(/^weighted +default +7/m);
    const { stdout: all } = await cluster().kubectl("get", "karpenter", "-o", "name");
    expect(all).toContain("provisioner.karpenter.sh/weighted");
    expect(all).toContain("awsnodetemplate.karpenter.k8s.aws/unmanaged");
  });
});
