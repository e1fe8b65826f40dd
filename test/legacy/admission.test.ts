/** The admission endpoint of the era: over TLS, its certificate kept by the controller (spec: v1alpha5 4.12, 5.6 step 12). */
import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { expect, test } from "vitest";
import {
  eraWebhooks,
  type KubeObject,
  secretType,
  validatingWebhookType,
  withProvisionerDefaults,
  type WebhookConfiguration,
} from "../../src/api/index.ts";
import { keepWebhookCertificate } from "../../src/controllers/index.ts";
import { epochMillisOf } from "../../src/core/index.ts";
import type { KubeClient } from "../../src/kube/index.ts";
import { createApiServer } from "../../src/local/index.ts";
import {
  createManualClock,
  createIds,
  createSeededRandom,
  type ManualClock,
  silentLogger,
} from "../../src/platform/index.ts";
import { makeAuthority, makeServingCertificate, validUntil } from "../../src/server/index.ts";
import { eraCluster, type EraCluster, provisioner, template, typesOnly } from "./era-cluster.ts";

const day = 86_400_000;
const text = (base64 = ""): string => Buffer.from(base64, "base64").toString("utf8");

async function withWebhooks(kube: KubeClient): Promise<void> {
  for (const { type, name, path } of eraWebhooks) {
    const webhook = {
      name,
      clientConfig: { service: { name: "karpenter", namespace: "kube-system", path } },
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
    };
    const apiVersion = "admissionregistration.k8s.io/v1";
    await kube.create<WebhookConfiguration>(type, {
      apiVersion,
      kind: type.kind,
      metadata: { name },
      webhooks: [webhook],
    });
  }
}

const keptIn = async (kube: KubeClient, namespace = "kube-system") => {
  const { data = {} } = await kube.get(secretType, { namespace, name: "karpenter-cert" });
  return { authorities: text(data["ca.crt"]), certificate: text(data["tls.crt"]) };
};

const bundleOf = async (kube: KubeClient): Promise<string> => {
  const { webhooks = [] } = await kube.get(validatingWebhookType, { name: "validation.webhook.karpenter.sh" });
  return text(webhooks[0]?.clientConfig.caBundle);
};

/** One replica that keeps the certificate, started that many days later; `used` are those that it served with, in order. */
function replica(kube: KubeClient, clock: ManualClock, days = 0) {
  const stop = new AbortController();
  const used: string[] = [];
  const running = keepWebhookCertificate(
    {
      kube,
      clock: { ...clock, now: () => epochMillisOf(clock.now() + days * day) },
      log: silentLogger,
      secret: { namespace: "kube-system", name: "karpenter-cert" },
      hosts: ["karpenter.kube-system.svc"],
      makeAuthority,
      makeServing: makeServingCertificate,
      validUntil,
      use: async ({ certificate }) => void used.push(certificate),
    },
    stop.signal,
  );
  return { used, stop: () => (stop.abort(), running) };
}

async function server(): Promise<{
  readonly clock: ManualClock;
  readonly kube: KubeClient;
  readonly close: () => Promise<void>;
}> {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const api = createApiServer({ clock, ids: createIds(createSeededRandom(1)) });
  const kube = api.client();
  await withWebhooks(kube);
  return { clock, kube, close: () => api.close() };
}

/** Keys are made on other threads: real time passes, the clock's does not. */
const eventually = (clock: ManualClock, holds: () => Promise<void> | void) =>
  expect
    .poll(
      async () => {
        await clock.advance(0);
        return await Promise.resolve(holds()).then(
          () => "yes",
          (error: unknown) => String(error),
        );
      },
      { timeout: 10_000 },
    )
    .toBe("yes");

test("[R16] replicas share one certificate, signed by an authority that the API server is told of", async () => {
  const { clock, kube, close } = await server();
  const [first, second] = [replica(kube, clock), replica(kube, clock)];
  await eventually(clock, () => expect([first.used.length, second.used.length]).toEqual([1, 1]));
  await eventually(clock, async () => expect(await bundleOf(kube)).toContain("BEGIN CERTIFICATE"));
  const { authorities, certificate } = await keptIn(kube);
  expect([first.used, second.used]).toEqual([[certificate], [certificate]]);
  expect(await bundleOf(kube)).toBe(authorities);
  const leaf = new X509Certificate(certificate);
  expect(leaf.verify(new X509Certificate(authorities).publicKey)).toBe(true);
  expect(leaf.checkHost("karpenter.kube-system.svc")).toBe("karpenter.kube-system.svc");
  await Promise.all([first.stop(), second.stop()]);
  await close();
});

/** What is kept after a replica has looked that many days later. */
async function keptAfter({ clock, kube }: { readonly clock: ManualClock; readonly kube: KubeClient }, days: number) {
  const { used, stop } = replica(kube, clock, days);
  await eventually(clock, () => expect(used).toHaveLength(1));
  const kept = await keptIn(kube);
  await eventually(clock, async () => expect(await bundleOf(kube)).toBe(kept.authorities));
  await stop();
  return kept;
}

test("a certificate is renewed while a month of it is left, by the same authority", async () => {
  const api = await server();
  const first = await keptAfter(api, 0);
  expect(await keptAfter(api, 59)).toEqual(first);
  const renewed = await keptAfter(api, 61);
  expect(renewed.authorities).toBe(first.authorities);
  expect(renewed.certificate).not.toBe(first.certificate);
  await api.close();
});

test("an authority in its last year is followed by another, and stays trusted beside it", async () => {
  const api = await server();
  const first = await keptAfter(api, 0);
  expect((await keptAfter(api, 3_280)).authorities).toBe(first.authorities);
  const { authorities } = await keptAfter(api, 3_290);
  expect(authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  expect(authorities.endsWith(first.authorities)).toBe(true);
  await api.close();
});

test("a Secret that somebody emptied is filled again", async () => {
  const { clock, kube, close } = await server();
  await kube.create(secretType, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "kube-system", name: "karpenter-cert" },
    data: { "tls.crt": "" },
  });
  const { used, stop } = replica(kube, clock);
  await eventually(clock, () => expect(used).toHaveLength(1));
  expect((await keptIn(kube)).certificate).toBe(used[0]);
  await stop();
  await close();
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function withEndpoint(
  work: (post: (path: string, body: string) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  const cluster = await eraCluster({
    host: "127.0.0.1",
    options: { disableWebhook: false, webhookPort: 0, metricsPort: 0, healthProbePort: 0 },
  });
  const urlOf = (): string | undefined => {
    const line = cluster.log.lines.find(({ message }) => message === "serving admission of v1alpha5");
    return line?.fields["url"] as string | undefined;
  };
  await eventually(cluster.clock, () => expect(urlOf()).toBeDefined());
  const { authorities } = await keptIn(cluster.kube);
  const url = new URL(urlOf() ?? "");
  const post = (path: string, body: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          host: url.hostname,
          port: url.port,
          path,
          method: "POST",
          ca: authorities,
          servername: "karpenter.kube-system.svc",
        },
        (response) => {
          let received = "";
          response.setEncoding("utf8").on("data", (part: string) => (received += part));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body: received }));
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  try {
    await work(post);
  } finally {
    await cluster.stop();
  }
}

const review = (object: KubeObject, operation = "CREATE"): string =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid: "u1", operation, object },
  });

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
  readonly warnings?: readonly string[];
  readonly patch?: string;
}

const responseOf = ({ body }: Answer): Response => (JSON.parse(body) as { readonly response: Response }).response;

test("[R16] [R20] [R71] D2 D3: the endpoint refuses in the old texts, writes defaults, and warns of what it admits", async () => {
  await withEndpoint(async (post) => {
    const ask = async (path: string, object: KubeObject, operation?: string) =>
      responseOf(await post(path, review(object, operation)));
    const both = provisioner("both", { ttlSecondsAfterEmpty: 30, consolidation: { enabled: true }, weight: 101 });
    expect(await ask("/validate/karpenter.sh", both)).toEqual({
      uid: "u1",
      allowed: false,
      status: {
        code: 400,
        reason: "BadRequest",
        message:
          "validation failed: expected exactly one, got both: spec.ttlSecondsAfterEmpty, spec.consolidation.enabled\nexpected 1 <= 101 <= 100: spec.weight",
      },
    });
    const defaulted = await ask("/default/karpenter.k8s.aws", provisioner("bare"));
    expect(JSON.parse(text(defaulted.patch))).toEqual([
      {
        op: "add",
        path: "/spec/requirements",
        value: [
          { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
          { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
          { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
        ],
      },
    ]);
    const warned = await ask("/validate/karpenter.sh", provisioner("bare"));
    expect(warned.allowed).toBe(true);
    expect(warned.warnings?.map((line) => line.slice(0, 6))).toEqual(["KBP311", "KBP610"]);
    const stored = withProvisionerDefaults(provisioner("bare"));
    expect((await ask("/validate/karpenter.sh", stored)).warnings).toEqual(warned.warnings);
    const unmanaged = template({ launchTemplate: "mine", amiFamily: "AL2" });
    const refused = await ask("/validate/karpenter.k8s.aws", unmanaged);
    expect(refused.status?.message).toContain("expected exactly one, got both: spec.launchTemplate, spec.amiFamily");
    const { subnetSelector = {} } = template().spec ?? {};
    const alone = { ...template(), spec: { launchTemplate: "mine", subnetSelector } };
    expect((await ask("/validate/karpenter.k8s.aws", alone)).warnings?.[0]).toMatch(/^KBP130: /);
    expect((await ask("/validate/karpenter.sh", both, "DELETE")).allowed).toBe(true);
  });
});

test("the endpoint refuses settings that would be refused when read, and log levels that do not exist", async () => {
  await withEndpoint(async (post) => {
    const map = (name: string, data: Readonly<Record<string, string>>) =>
      ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "karpenter" }, data }) as KubeObject;
    const ask = async (object: KubeObject) => responseOf(await post("/validate/config.karpenter.sh", review(object)));
    const settings = await ask(map("karpenter-global-settings", { "aws.clusterName": "a", batchMaxDuration: "ten" }));
    expect(settings.status?.message).toBe(
      'validation failed: batchMaxDuration is "ten", expected a duration such as 10s or 1m30s: data',
    );
    expect((await ask(map("config-logging", { "loglevel.controller": "loud" }))).allowed).toBe(false);
    expect((await ask(map("config-logging", { "loglevel.controller": "debug" }))).allowed).toBe(true);
    expect((await ask(map("another", { anything: "goes" }))).allowed).toBe(true);
  });
});

test("what is no review is answered with what was expected", async () => {
  await withEndpoint(async (post) => {
    expect(await post("/validate/karpenter.sh", "{")).toEqual({
      status: 400,
      body: "expected an AdmissionReview as JSON\n",
    });
    expect((await post("/validate/karpenter.sh", '{"apiVersion":"admission.k8s.io/v1beta1"}')).body).toContain(
      'found apiVersion "admission.k8s.io/v1beta1"',
    );
    expect((await post("/elsewhere", review(provisioner("a")))).status).toBe(404);
    expect((await post("/validate/karpenter.sh", "x".repeat(3 * 1024 * 1024 + 1))).status).toBe(413);
  });
});

test("D2: with and without the endpoint a Provisioner is served alike: defaults written or not, the same machine", async () => {
  const typesOf = async (spec: Parameters<typeof provisioner>[1]): Promise<unknown> => {
    const cluster: EraCluster = await eraCluster();
    await cluster.apply(template(), provisioner("general", spec));
    await cluster.run("web", 3);
    expect(await cluster.until(async () => (await cluster.running()).length === 3, 60)).toBe(true);
    const requirements = (await cluster.machines())[0]?.spec?.requirements;
    await cluster.stop();
    return requirements;
  };
  const written = [
    { key: "kubernetes.io/os", operator: "In" as const, values: ["linux"] },
    { key: "kubernetes.io/arch", operator: "In" as const, values: ["amd64"] },
    { key: "karpenter.sh/capacity-type", operator: "In" as const, values: ["on-demand"] },
  ];
  const { requirements = [] } = typesOnly("m5.large", "c5.large");
  expect(await typesOf({ requirements: [...requirements, ...written] })).toEqual(await typesOf({ requirements }));
});
