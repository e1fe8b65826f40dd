import { configMap, deployment, manifest, nodePool, pod, podSpec } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const badPod = (spec: Readonly<Record<string, unknown>>) => manifest("v1", "Pod", "bad", { spec });
const requests = (cpu: string) =>
  podSpec({ containers: [{ name: "app", image: "app:1", resources: { requests: { cpu } } }] });

/** What is wrong is said in Kubernetes' words. */
export const errorCalls: readonly ParityCall[] = [
  {
    name: "error-not-found",
    script: [
      step("get pod none"),
      step("get colours"),
      step("get configmap none --ignore-not-found"),
      step("describe deployment none"),
      step("get pods -n nowhere"),
      step("create configmap a -n nowhere"),
      step("get nodepool none"),
    ],
  },
  {
    name: "error-unknown-kind",
    script: [
      step("apply -f -", { input: manifest("policy/v1beta1", "PodDisruptionBudget", "x") }),
      step("create -f -", { input: manifest("example.com/v1", "Colour", "red") }),
      step("create -f -", { input: "{}" }),
      step("create -f -", { input: "a: [" }),
    ],
  },
  {
    name: "error-invalid-manifests",
    script: [
      step("create -f -", { input: badPod({ containers: [] }) }),
      step("create -f -", { input: badPod({ containers: [{ name: "App", image: "" }], restartPolicy: "Sometimes" }) }),
      step("create -f -", {
        input: manifest("apps/v1", "Deployment", "bad", {
          spec: {
            template: { metadata: { labels: { a: "b" } }, spec: podSpec() },
            selector: { matchLabels: { a: "c" } },
          },
        }),
      }),
      step("create -f -", { input: configMap("Bad_Name") }),
      step("create -f -", { input: configMap("bad", { "a/b": "c" }, { labels: { "a b": "c" } }) }),
      step("create -f -", {
        input: manifest("policy/v1", "PodDisruptionBudget", "bad", { spec: { minAvailable: 1, maxUnavailable: 1 } }),
      }),
      step("create -f -", {
        input: manifest("batch/v1", "CronJob", "bad", {
          spec: {
            schedule: "often",
            jobTemplate: { spec: { template: { spec: podSpec({ restartPolicy: "Never" }) } } },
          },
        }),
      }),
    ],
  },
  {
    name: "error-bad-values",
    script: [
      step("create -f -", { input: badPod(requests("lots")) }),
      step("create -f -", { input: badPod(requests("-1")) }),
      step("create -f -", { input: manifest("apps/v1", "Deployment", "bad", { spec: { replicas: "two" } }) }),
      step("create -f -", { input: configMap("bad", { key: 1 }) }),
    ],
  },
  {
    name: "error-strict-fields",
    script: [
      step("create -f -", { input: badPod({ ...podSpec(), flavour: "sweet" }) }),
      step("create --validate=warn -f -", { input: badPod({ ...podSpec(), flavour: "sweet" }) }),
      step("create --validate=ignore -f -", { input: { ...configMap("ignored"), flavour: "sweet" } as never }),
      step("apply -f -", { input: nodePool("parity-strict", { flavour: "sweet" }) }),
      step("delete pod bad --now"),
    ],
  },
  {
    name: "error-immutable",
    setup: [
      deployment("web", 0),
      pod("solo"),
      manifest("v1", "Secret", "sealed", { immutable: true, stringData: { a: "b" } }),
    ],
    script: [
      step([
        "patch",
        "deployment",
        "web",
        "--type=merge",
        "-p",
        '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}',
      ]),
      step(["patch", "pod", "solo", "--type=merge", "-p", '{"spec":{"nodeSelector":{"a":"b"}}}'], {
        only: /forbidden|invalid/i,
      }),
      step(["patch", "secret", "sealed", "-p", '{"data":{"a":"Yg=="}}']),
    ],
  },
  {
    name: "error-exists",
    setup: [configMap("here")],
    script: [
      step("create configmap here"),
      step("create -f -", { input: configMap("here") }),
      step("create namespace {ns}"),
    ],
  },
  {
    name: "error-custom-resource",
    script: [
      step("apply -f -", { input: nodePool("parity-bad", { weight: 0 }) }),
      step("apply -f -", { input: nodePool("parity-bad", { limits: { cpu: "lots" } }) }),
      step("apply -f -", {
        input: nodePool("parity-bad", { disruption: { consolidateAfter: "soon", consolidationPolicy: "Always" } }),
        unordered: true,
      }),
      step("apply -f -", { input: manifest("karpenter.sh/v1", "NodePool", "parity-bad", { spec: {} }) }),
      step("apply -f -", {
        input: nodePool("parity-bad", {
          template: {
            spec: {
              nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "d" },
              requirements: [{ key: "karpenter.sh/nodepool", operator: "In", values: ["a"] }],
            },
          },
        }),
      }),
    ],
  },
];
