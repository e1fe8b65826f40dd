import { nodeNameOf } from "../machines.ts";
import { budget, configMap, deployment, manifest, nodePool, pod } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

/** `describe`, which reads objects, their events and what belongs to them. */
export const describeCalls: readonly ParityCall[] = [
  {
    name: "describe-pod",
    setup: [pod("solo", { priorityClassName: "system-cluster-critical" })],
    ready: [
      "wait --for=condition=Ready pod/solo --timeout=240s",
      "wait --for=jsonpath={.reason}=Scheduled event --all --timeout=240s",
    ],
    script: [step("describe pod solo")],
  },
  {
    name: "describe-pending-pod",
    setup: [pod("waiting", { nodeSelector: { nothing: "has-this" } })],
    ready: [
      "wait --for=condition=PodScheduled=False pod/waiting --timeout=240s",
      "wait --for=create event --field-selector involvedObject.name=waiting --timeout=240s",
    ],
    script: [step("describe pod waiting")],
  },
  {
    name: "describe-node",
    setup: [
      pod("guest", {
        nodeSelector: { "kubernetes.io/hostname": nodeNameOf("described") },
        tolerations: [{ operator: "Exists" }],
      }),
    ],
    ready: ["wait --for=condition=Ready pod/guest --timeout=240s"],
    // Whether the controller saw the node before its kubelet called it ready hangs on chance.
    script: [step(`describe node ${nodeNameOf("described")}`, { only: /^(?!.*NodeNotReady)/ })],
  },
  {
    name: "describe-deployment",
    setup: [deployment("web")],
    ready: ["rollout status deployment/web --timeout=240s"],
    script: [step("describe deployment web"), step("describe replicaset -l app=web", { unordered: true })],
  },
  {
    name: "describe-pdb",
    setup: [deployment("web")],
    ready: ["rollout status deployment/web --timeout=240s"],
    script: [
      step("apply -f -", { input: budget("web", "web", { minAvailable: "50%" }) }),
      step("wait --for=jsonpath={.status.disruptionsAllowed}=1 pdb/web --timeout=240s"),
      step("describe pdb web"),
      step("get pdb web -o yaml"),
    ],
  },
  {
    name: "describe-custom-resource",
    setup: [nodePool("parity-described", { weight: 10, disruption: { consolidateAfter: "30s" } })],
    script: [step("describe nodepool parity-described")],
  },
  {
    name: "describe-job",
    setup: [
      manifest("batch/v1", "Job", "once", {
        spec: { template: { spec: { ...(pod("x") as unknown as { spec: object }).spec, restartPolicy: "Never" } } },
      }),
    ],
    ready: ["wait --for=condition=Complete job/once --timeout=240s"],
    script: [step("describe job once"), step("get jobs")],
  },
  {
    name: "describe-small",
    setup: [configMap("settings", { "app.conf": "a=1\nb=2\n" })],
    script: [step("describe configmap settings"), step("describe namespace {ns}"), step("describe configmap none")],
  },
];
