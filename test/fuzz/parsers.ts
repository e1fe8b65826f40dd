/** Every parser that reads what others wrote, with texts of the kind that it is meant for. */
import { parse } from "yaml";
import { parseDurationMillis, parseTimestamp } from "../../src/api/index.ts";
import { readMetrics } from "../../src/advisor/facts/metrics.ts";
import { readConfiguration } from "../../src/advisor/run/configuration.ts";
import { parseQuantity } from "../../src/core/index.ts";
import { clientFromKubeconfig } from "../../src/kube/index.ts";
import { parseSettings } from "../../src/legacy/settings/parse-settings.ts";
import { parseManifests } from "../../src/manifests/index.ts";
import { parseOptions } from "../../src/operator/index.ts";
import {
  createManualClock,
  createRecordingLogger,
  createSeededRandom,
  silentMetrics,
} from "../../src/platform/index.ts";
import { parseMessage } from "../../src/provider-aws/interruption/messages.ts";
import { readPriceDocument } from "../../src/provider-aws/pricing/price-documents.ts";
import { renderUserData } from "../../src/provider-aws/user-data/render.ts";
import { parseInstanceTypes } from "../../src/provider-kwok/index.ts";

export interface FuzzedParser {
  readonly name: string;
  /** Texts that it understands: what is fed to it is made of pieces of these. */
  readonly samples: readonly string[];
  /** May refuse by a value, or by an error that its callers catch (`refuses`); nothing else may be thrown. */
  readonly read: (text: string) => unknown;
  readonly refuses?: (error: unknown) => boolean;
}

const json = (value: unknown): string => JSON.stringify(value);

/** What whoever reads YAML or JSON beforehand does: text that is neither never arrives. */
function valueOf(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, logLevel: "silent" }) as unknown;
  } catch {
    return undefined;
  }
}

const kubeconfigSettings = {
  clock: createManualClock(),
  random: createSeededRandom(1),
  log: createRecordingLogger(),
  metrics: silentMetrics,
};

const userData = (family: "AL2" | "AL2023" | "Bottlerocket" | "Windows2022") => (customUserData: string) =>
  renderUserData({
    family,
    cluster: { name: "c", endpoint: "https://127.0.0.1:6443", caBundle: "Y2E=", cidr: "10.0.0.0/16" },
    labels: { a: "b" },
    taints: [],
    kubelet: { clusterDNS: ["10.0.0.10"] },
    raid0: false,
    customUserData,
  });

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: b}}
spec:
  replicas: 2
  template:
    spec:
      containers: [{name: c, image: "i:1", resources: {requests: {cpu: 100m, memory: 1Gi}}}]
---
{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}]}
`;

const spot = json({
  version: "0",
  source: "aws.ec2",
  "detail-type": "EC2 Spot Instance Interruption Warning",
  time: "2026-11-24T10:00:00Z",
  detail: { "instance-id": "i-0123456789abcdef0", "instance-action": "terminate" },
});

const health = json({
  version: "0",
  source: "aws.health",
  "detail-type": "AWS Health Event",
  detail: {
    service: "EC2",
    eventTypeCategory: "scheduledChange",
    affectedEntities: [{ entityValue: "i-1" }, { entityValue: 7 }, null],
  },
});

const mime = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo hello

--BOUNDARY
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec: {kubelet: {config: {maxPods: 50}}}

--BOUNDARY--
`;

const toml = `[settings.kubernetes]
max-pods = 50
[settings.kubernetes.node-labels]
"a" = "b"
[settings.ntp]
time-servers = ["169.254.169.123"]
`;

export const fuzzedParsers: readonly FuzzedParser[] = [
  { name: "manifests", samples: [deployment], read: (text) => parseManifests("f.yaml", text) },
  { name: "queue messages", samples: [spot, health, ""], read: parseMessage },
  { name: "user data of AL2", samples: [mime, "#!/bin/bash\necho hello\n"], read: userData("AL2") },
  { name: "user data of AL2023", samples: [mime, "#!/bin/bash\necho hello\n"], read: userData("AL2023") },
  { name: "user data of Bottlerocket", samples: [toml], read: userData("Bottlerocket") },
  { name: "user data of Windows", samples: ["Write-Host hello"], read: userData("Windows2022") },
  {
    name: "figures of metrics",
    samples: [
      json({
        schema: "metrics/1",
        figures: {
          poolNodes: { status: "success", data: { result: [{ metric: { nodepool: "a" }, values: [[1, "2"]] }] } },
        },
      }),
    ],
    read: (text) => readMetrics("f.json", valueOf(text)),
  },
  {
    name: "price documents",
    samples: [
      json({
        product: { attributes: { instanceType: "m5.large" } },
        terms: { OnDemand: { a: { priceDimensions: { b: { pricePerUnit: { USD: "0.096" } } } } } },
      }),
    ],
    read: (text) => readPriceDocument(text, "USD"),
  },
  {
    name: "types of kwok",
    samples: [
      json([
        {
          name: "a",
          architecture: "amd64",
          operatingSystems: ["linux"],
          resources: { cpu: "1", memory: "1Gi" },
          offerings: [
            {
              Price: 0.1,
              Available: true,
              Requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }],
            },
          ],
        },
      ]),
    ],
    read: parseInstanceTypes,
  },
  {
    name: "kubeconfigs",
    samples: [
      json({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "a", cluster: { server: "http://127.0.0.1:1" } }],
        users: [{ name: "u", user: { token: "t" } }],
        contexts: [{ name: "c", context: { cluster: "a", user: "u" } }],
        "current-context": "c",
      }),
    ],
    read: (text) => clientFromKubeconfig({ text }, kubeconfigSettings).then(({ client }) => client.close()),
    // Told to whoever gave the file, in words.
    refuses: (error) => error instanceof Error && !(error instanceof RangeError),
  },
  {
    name: "settings of v1alpha5",
    samples: ["batchMaxDuration: 10s\naws.clusterName: a\n"],
    read: (text) => parseSettings(linesOf(text)),
  },
  {
    name: "options",
    samples: ["feature-gates=NodeRepair=true", "batch-max-duration=10s", "scheduler-config={podTopologySpread: {}}"],
    read: (text) => parseOptions(Object.fromEntries([text.split(/=(.*)/s).slice(0, 2)]) as Record<string, string>, {}),
  },
  {
    name: "rules of scheduling",
    samples: [
      "podTopologySpread:\n  defaultConstraints:\n    - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}\n",
    ],
    read: (text) => parseOptions({ "scheduler-config": text, "cluster-limits": text }, {}),
  },
  { name: "quantities", samples: ["100m", "1.5Gi", "1e3", "-0.5", "12345678901234567890E"], read: parseQuantity },
  { name: "durations", samples: ["1h2m3s", "500ms", "1.5h", "-1s"], read: parseDurationMillis },
  { name: "times", samples: ["2026-11-24T10:00:00Z", "2026-11-24T10:00:00.000000+01:00"], read: parseTimestamp },
  {
    name: "configuration of lint",
    samples: ["failOn: warning\nthresholds: {}\nignore: [{rule: KBP101, reason: x, until: 2026-01-01}]\n"],
    read: (text) => readConfiguration(valueOf(text), ["KBP101"]),
  },
];

/** The data of a ConfigMap: texts under texts. */
const linesOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split("\n").map((line) => [line.split(": ")[0] ?? "", line.split(": ").slice(1).join(": ")]));
