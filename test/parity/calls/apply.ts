import type { KubeObject } from "../../../src/api/index.ts";
import { configMap, deployment, manifest, nodePool } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const twoAndFive = [deployment("web", 2), deployment("web", 5)] as const;
const labelled = (labels: Readonly<Record<string, string>>): KubeObject => configMap("pruned", { a: "1" }, { labels });
const replacing = (data: Readonly<Record<string, string>>, metadata = {}): KubeObject =>
  configMap("swapped", data, metadata);

/** apply on both sides, diff, create, replace. */
export const applyCalls: readonly ParityCall[] = [
  {
    name: "apply-twice",
    script: [
      step("apply -f -", { input: twoAndFive[0] }),
      step("apply -f -", { input: twoAndFive[0] }),
      step("apply -f -", { input: twoAndFive[1] }),
      step("apply view-last-applied deployment/web"),
    ],
  },
  {
    name: "apply-prunes-fields",
    script: [
      step("apply -f -", { input: labelled({ a: "1", b: "2" }) }),
      step("label configmap pruned c=3"),
      step("apply -f -", { input: labelled({ a: "1" }) }),
      step("get configmap pruned -o yaml"),
    ],
  },
  {
    name: "apply-list",
    script: [
      step("apply -f -", { input: [configMap("a"), nodePool("parity-applied"), deployment("b", 0)] }),
      step("apply -f -", { input: [configMap("a"), nodePool("parity-applied", { weight: 3 }), deployment("b", 0)] }),
      step("delete -f -", { input: [configMap("a"), nodePool("parity-applied"), deployment("b", 0)] }),
    ],
  },
  {
    name: "apply-server-side",
    script: [
      step("apply --server-side -f -", { input: twoAndFive[0] }),
      step("apply --server-side -f -", { input: twoAndFive[0] }),
      step("scale deployment web --replicas=4"),
      step("apply --server-side -f -", { input: twoAndFive[0] }),
      step("apply --server-side --force-conflicts -f -", { input: twoAndFive[0] }),
      step("apply --server-side --field-manager=other -f -", { input: twoAndFive[1] }),
      step("get deployment web -o jsonpath={.spec.replicas}"),
    ],
  },
  {
    name: "apply-server-side-custom-resource",
    script: [
      step("apply --server-side -f -", { input: nodePool("parity-owned", { weight: 1 }) }),
      step("apply --server-side --field-manager=other -f -", { input: nodePool("parity-owned", { weight: 2 }) }),
      step("get nodepool parity-owned -o yaml --show-managed-fields"),
      step("delete nodepool parity-owned"),
    ],
  },
  {
    name: "apply-dry-run",
    script: [
      step("apply --dry-run=server -f -", { input: twoAndFive[0] }),
      step("apply --dry-run=server -o yaml -f -", { input: configMap("dry") }),
      step("apply --dry-run=client -f -", { input: configMap("dry") }),
      step("get deployment web"),
    ],
  },
  {
    name: "diff",
    setup: [deployment("web", 2)],
    ready: ["rollout status deployment/web --timeout=240s"],
    script: [
      step("diff -f -", { input: twoAndFive[0] }),
      step("diff -f -", { input: twoAndFive[1], only: /replicas|^[-+]{3}|image/ }),
      step("diff -f -", { input: configMap("new") }),
      step("diff --server-side -f -", { input: configMap("new") }),
    ],
  },
  {
    name: "create-objects",
    script: [
      step("create namespace p-create-objects-other"),
      step("create configmap settings --from-literal=a=b"),
      step("create secret generic keys --from-literal=a=b"),
      step("create deployment made --image=nginx --replicas=0"),
      step("create job once --image=busybox -- true"),
      step("create cronjob nightly --image=busybox --schedule=@daily"),
      step("create poddisruptionbudget calm --selector=app=made --min-available=50%"),
      step("create serviceaccount robot"),
      step("create service clusterip made --tcp=80:8080"),
      step("create priorityclass parity-made --value=10"),
      step("create role reader --verb=get --resource=pods"),
      step("create rolebinding readers --role=reader --serviceaccount={ns}:robot"),
      step("create quota small --hard=pods=5"),
      // Neither the certificate of the cluster, which every namespace has, nor what quotas count is held here.
      step(
        "get configmap/settings secret/keys deployment/made cronjob/nightly pdb/calm sa/robot svc/made role/reader",
        {
          unordered: true,
        },
      ),
      step("delete priorityclass parity-made"),
      step("delete namespace p-create-objects-other"),
    ],
  },
  {
    name: "create-output",
    script: [
      step("create deployment made --image=nginx --replicas=2 --dry-run=server -o yaml"),
      step("create cronjob nightly --image=busybox --schedule=@daily --dry-run=server -o yaml"),
      step("create service clusterip made --tcp=80:8080 --dry-run=server -o yaml"),
      step("create -f - -o name", {
        input: manifest("v1", "ConfigMap", "", { metadata: { name: undefined, generateName: "made-" } }),
      }),
      step("run single --image=nginx --port=80 --dry-run=server -o yaml"),
    ],
  },
  {
    name: "replace",
    setup: [replacing({ a: "1" })],
    script: [
      step("replace -f -", { input: replacing({ a: "2" }) }),
      step("replace -f -", { input: replacing({ a: "3" }, { resourceVersion: "1" }) }),
      step("replace --force -f -", { input: replacing({ a: "4" }) }),
      step("replace -f -", { input: configMap("absent") }),
      step("get configmap swapped -o jsonpath={.data}"),
    ],
  },
  {
    name: "run-and-expose",
    script: [
      step("run single --image=nginx --port=80 --labels=app=single"),
      step("expose pod single --port=80"),
      step("create -f -", {
        input: deployment("web", 0, {
          pod: { containers: [{ name: "app", image: "app:1", ports: [{ containerPort: 8080 }] }] },
        }),
      }),
      step("expose deployment web --port=80 --target-port=8080 --name=front"),
      step("get service front -o yaml"),
      step("expose deployment none --port=80"),
      step("delete pod single --now"),
    ],
  },
];
