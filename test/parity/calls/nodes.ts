import { nodeNameOf } from "../machines.ts";
import { budget, daemonSet, deployment, placedOn, pod } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const drained = nodeNameOf("drained");
const daemons = nodeNameOf("daemons");
const cordoned = nodeNameOf("cordoned");
const tainted = nodeNameOf("tainted");
const labelled = nodeNameOf("labelled");

/** What is done to nodes. */
export const nodeCalls: readonly ParityCall[] = [
  {
    name: "drain-with-budget",
    setup: [deployment("web", 2, { pod: placedOn("drained") }), budget("web", "web", { maxUnavailable: 0 })],
    ready: [
      "rollout status deployment/web --timeout=240s",
      "wait --for=jsonpath={.status.expectedPods}=2 pdb/web --timeout=240s",
    ],
    script: [
      step(`drain ${drained} --timeout=2s`, { unordered: true }),
      step(`get node ${drained}`),
      step('patch pdb web --type=merge -p {"spec":{"maxUnavailable":2}}'),
      step("wait --for=jsonpath={.status.disruptionsAllowed}=2 pdb/web --timeout=240s"),
      step(`drain ${drained} --timeout=240s`, { unordered: true }),
      step("get pods", { unordered: true }),
      step(`uncordon ${drained}`),
    ],
  },
  {
    name: "drain-refused",
    setup: [
      daemonSet("agent", { pod: placedOn("daemons") }),
      pod("bare", placedOn("daemons")),
      pod("scratch", { ...placedOn("daemons"), volumes: [{ name: "s", emptyDir: {} }] }),
    ],
    ready: [
      "wait --for=condition=Ready pod/bare pod/scratch --timeout=240s",
      "rollout status daemonset/agent --timeout=240s",
    ],
    script: [
      // One reason at a time: kubectl lists several in an order of chance.
      step(`drain ${daemons} --ignore-daemonsets --force --timeout=2s`),
      step(`drain ${daemons} --ignore-daemonsets --delete-emptydir-data --timeout=2s`, {
        unordered: true,
        streams: ["stdout"],
      }),
      step(`drain ${daemons} --delete-emptydir-data --force --timeout=2s`),
      // kubectl words its warning in an order of chance.
      step(`drain ${daemons} --ignore-daemonsets --delete-emptydir-data --force --dry-run=server`, {
        unordered: true,
        streams: ["stdout"],
      }),
      step(`drain ${daemons} --ignore-daemonsets --delete-emptydir-data --force --timeout=240s`, {
        unordered: true,
        streams: ["stdout"],
      }),
      step(`uncordon ${daemons}`),
    ],
  },
  {
    name: "cordon",
    script: [
      step(`cordon ${cordoned}`),
      step(`cordon ${cordoned}`),
      step(`get node ${cordoned}`),
      step(`uncordon ${cordoned}`),
      step(`uncordon ${cordoned}`),
      step("cordon none"),
    ],
  },
  {
    name: "taint",
    script: [
      step(`taint node ${tainted} team=a:NoSchedule`),
      step(`taint node ${tainted} team=b:NoSchedule`),
      step(`taint node ${tainted} team=b:NoSchedule --overwrite`),
      step(`get node ${tainted} -o jsonpath={.spec.taints}`),
      step(`taint node ${tainted} team:NoSchedule-`),
      step(`taint node ${tainted} team:NoSchedule-`),
      step(`taint node ${tainted} team=a:Sometimes`),
    ],
  },
  {
    name: "label-node",
    script: [
      step(`label node ${labelled} team=a`),
      step("get nodes -l team=a"),
      step(`label node ${labelled} kubernetes.io/arch=arm64`),
      step(`annotate node ${labelled} karpenter.sh/do-not-disrupt=true`),
      step(`label node ${labelled} team-`),
      step(`get node ${labelled} -L team`),
    ],
  },
];
