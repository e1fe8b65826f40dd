import type { KubeObject } from "../../../src/api/index.ts";
import { configMap, daemonSet, manifest, nodePool, pod, podSpec, statefulSet } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const jobSpec = (annotations: Readonly<Record<string, string>> = {}, more: object = {}) => ({
  template: { metadata: { annotations }, spec: podSpec({ restartPolicy: "Never" }) },
  ...more,
});
const job = (name: string, annotations = {}, more = {}): KubeObject =>
  manifest("batch/v1", "Job", name, { spec: jobSpec(annotations, more) });
const cronJob = manifest("batch/v1", "CronJob", "nightly", {
  spec: { schedule: "0 3 1 1 *", jobTemplate: { spec: jobSpec() } },
});
const failing = { "karpenter-ts.dev/exit-code": "1", "karpenter-ts.dev/run-seconds": "0" };
const endless = { "karpenter-ts.dev/run-seconds": "3600" };

/** Workloads besides Deployments, and pods in the states that a table shows. */
export const workloadCalls: readonly ParityCall[] = [
  {
    name: "daemon-set",
    setup: [daemonSet("agent")],
    ready: ["rollout status daemonset/agent --timeout=240s"],
    script: [
      step("get daemonset agent -o wide"),
      step("get daemonset agent -o yaml"),
      step("describe daemonset agent"),
      step("get pods -l app=agent -o wide"),
      step("set image daemonset/agent app=registry.example.com/app:2"),
      step("rollout status daemonset/agent --timeout=240s", { only: /successfully/ }),
      step("rollout history daemonset/agent"),
      step("rollout undo daemonset/agent"),
      step("rollout status daemonset/agent --timeout=240s", { only: /successfully/ }),
      step("rollout history daemonset/agent"),
    ],
  },
  {
    name: "stateful-set",
    setup: [statefulSet("db", 2)],
    ready: ["rollout status statefulset/db --timeout=240s"],
    script: [
      step("get statefulset db -o wide"),
      step("get statefulset db -o yaml"),
      step("get pods -l app=db"),
      step("get pod db-0 -o jsonpath={.spec.hostname}/{.spec.subdomain}/{.metadata.generateName}"),
      step("scale statefulset db --replicas=1"),
      // It may be gone already, and then there is nothing to print.
      step("wait --for=delete pod/db-1 --timeout=240s", { streams: ["stderr"] }),
      // Events of one second are listed in an order of chance.
      step("describe statefulset db", { unordered: true }),
      step("set image statefulset/db app=registry.example.com/app:2"),
      step("rollout status statefulset/db --timeout=240s", { only: /complete/ }),
      step("rollout history statefulset/db"),
    ],
  },
  {
    name: "job",
    setup: [job("failing", failing, { backoffLimit: 0 }), job("three", {}, { completions: 3, parallelism: 3 })],
    ready: [
      "wait --for=condition=Failed job/failing --timeout=240s",
      "wait --for=condition=Complete job/three --timeout=240s",
    ],
    script: [
      step("get jobs -o wide"),
      step("get job three -o yaml"),
      step("describe job failing", { unordered: true }),
      step("get pods -l job-name=failing"),
      step("delete job failing three"),
    ],
  },
  {
    name: "cron-job",
    setup: [cronJob],
    script: [
      step("get cronjobs -o wide"),
      step("describe cronjob nightly"),
      step("create job now --from=cronjob/nightly"),
      step("wait --for=condition=Complete job/now --timeout=240s"),
      step(["patch", "cronjob", "nightly", "-p", '{"spec":{"suspend":true}}']),
      step("get cronjob nightly"),
    ],
  },
  {
    name: "pod-states",
    setup: [
      pod("ended", { restartPolicy: "Never" }, { annotations: { "karpenter-ts.dev/run-seconds": "0" } }),
      pod("failed", { restartPolicy: "Never" }, { annotations: failing }),
      pod("running", {}, { annotations: endless }),
      pod("waiting", { nodeSelector: { nothing: "has-this" } }),
      pod("gated", { schedulingGates: [{ name: "parity.example.com/gate" }] }),
    ],
    ready: [
      "wait --for=jsonpath={.status.phase}=Succeeded pod/ended --timeout=240s",
      "wait --for=jsonpath={.status.phase}=Failed pod/failed --timeout=240s",
      "wait --for=condition=Ready pod/running --timeout=240s",
      "wait --for=condition=PodScheduled=False pod/waiting pod/gated --timeout=240s",
    ],
    script: [
      step("get pods"),
      step("get pods -o wide"),
      step("get pods --field-selector status.phase!=Running"),
      step("get pod failed -o jsonpath={.status.containerStatuses[0].state.terminated.exitCode}"),
      step("get pod gated -o jsonpath={.status.conditions}"),
      step("describe pod gated"),
      step("describe pod ended", { only: /^(?!Events)/ }),
      step("delete pods --all"),
    ],
  },
  {
    name: "autoscaler-kinds",
    setup: [
      nodePool("parity-kinds", { weight: 3 }),
      manifest("karpenter.k8s.aws/v1", "EC2NodeClass", "parity-kinds", {
        spec: {
          amiSelectorTerms: [{ alias: "al2023@latest" }],
          role: "node",
          subnetSelectorTerms: [{ tags: { a: "b" } }],
          securityGroupSelectorTerms: [{ id: "sg-1" }],
        },
      }),
    ],
    script: [
      step("get ec2nodeclass parity-kinds"),
      step("get ec2nodeclass parity-kinds -o yaml"),
      step("describe ec2nodeclass parity-kinds"),
      step("get nodeclaims"),
      step("get nodepool,ec2nodeclass parity-kinds"),
      step("label nodepool parity-kinds team=a"),
      step("annotate ec2nodeclass parity-kinds note=1"),
      step("delete nodepool/parity-kinds ec2nodeclass/parity-kinds"),
    ],
  },
  {
    name: "prune",
    script: [
      step("apply -f - --prune -l set=one --prune-allowlist=core/v1/ConfigMap", {
        input: ["a", "b"].map((name) => configMap(name, {}, { labels: { set: "one" } })),
      }),
      step("apply -f - --prune -l set=one --prune-allowlist=core/v1/ConfigMap", {
        input: configMap("a", {}, { labels: { set: "one" } }),
      }),
      step("get configmaps -l set=one"),
    ],
  },
];
