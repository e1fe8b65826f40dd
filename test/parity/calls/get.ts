import { nodeNameOf } from "../machines.ts";
import { configMap, deployment, nodePool, pod, statefulSet } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const web = deployment("web");
const webReady = ["rollout status deployment/web --timeout=240s"];
const soloReady = ["wait --for=condition=Ready pod/solo --timeout=240s"];
const goTemplate = '{{range .items}}{{.metadata.name}}={{.data.key}}{{"\\n"}}{{end}}';
const three = [
  configMap("c", { key: "1" }, { labels: { tier: "a", team: "x" } }),
  configMap("a", { key: "2" }, { labels: { tier: "b" } }),
  configMap("b", { key: "3" }, { labels: { tier: "b", team: "y" } }),
];
const own = "metadata.name!=kube-root-ca.crt";

/** `get` in each output form. */
export const getCalls: readonly ParityCall[] = [
  {
    name: "get-table",
    setup: [web, statefulSet("db", 1)],
    ready: [...webReady, "rollout status statefulset/db --timeout=240s"],
    script: [
      step("get deployments,replicasets,statefulsets,pods,pdb", { unordered: true }),
      step("get deployment web --no-headers"),
    ],
  },
  {
    name: "get-wide",
    setup: [web],
    ready: webReady,
    script: [
      step("get deployments,replicasets,pods -o wide", { unordered: true }),
      step(`get node ${nodeNameOf("described")} -o wide`),
    ],
  },
  { name: "get-all", setup: [web], ready: webReady, script: [step("get all", { unordered: true })] },
  { name: "get-json", setup: [pod("solo")], ready: soloReady, script: [step("get pod solo -o json")] },
  {
    name: "get-yaml",
    setup: [web],
    ready: webReady,
    script: [step("get deployment web -o yaml"), step("get rs -l app=web -o yaml")],
  },
  { name: "get-node-yaml", script: [step(`get node ${nodeNameOf("described")} -o yaml`)] },
  {
    name: "get-name",
    setup: three,
    script: [step(`get configmaps --field-selector ${own} -o name`), step("get configmap/a configmap/b -o name")],
  },
  {
    name: "get-jsonpath",
    setup: [web],
    ready: webReady,
    script: [
      step("get deployment web -o jsonpath={.status.readyReplicas}/{.spec.template.spec.containers[*].image}"),
      step(["get", "pods", "-o", 'jsonpath={range .items[*]}{.status.phase} {.status.qosClass}{"\\n"}{end}']),
      step("get deployment web -o jsonpath-as-json={.spec.strategy}"),
    ],
  },
  {
    name: "get-custom-columns",
    setup: three,
    script: [
      step(
        `get configmaps --field-selector ${own} -o custom-columns=NAME:.metadata.name,KEY:.data.key,NONE:.data.none`,
      ),
    ],
  },
  {
    name: "get-go-template",
    setup: three,
    script: [step(["get", "configmaps", "--field-selector", own, "-o", `go-template=${goTemplate}`])],
  },
  {
    name: "get-all-namespaces",
    setup: [configMap("everywhere", {}, { labels: { parity: "everywhere" } })],
    script: [step("get configmaps -A -l parity=everywhere"), step("get configmaps -A -l parity=nowhere")],
  },
  {
    name: "get-label-selectors",
    setup: three,
    script: [
      step(["get", "configmaps", "-l", "tier in (a, c)"]),
      step(["get", "configmaps", "-l", "tier,!team"]),
      step(["get", "configmaps", "-l", "tier notin (a),team=y"]),
      step(["get", "configmaps", "-l", "tier in a"]),
    ],
  },
  {
    name: "get-field-selectors",
    setup: [pod("solo"), pod("waiting", { nodeSelector: { nothing: "has-this" } })],
    ready: soloReady,
    script: [
      step("get pods --field-selector status.phase=Running"),
      step(`get pods --field-selector spec.nodeName!=${nodeNameOf("general")}`),
      step("get pods --field-selector spec.colour=red"),
    ],
  },
  {
    name: "get-sorted",
    setup: three,
    script: [
      step(`get configmaps --field-selector ${own} --sort-by=.metadata.name`),
      step(`get configmaps --field-selector ${own} --sort-by=.data.key`),
    ],
  },
  {
    name: "get-show-labels",
    setup: three,
    script: [
      step(`get configmaps --show-labels --field-selector ${own}`),
      step(`get configmaps -L tier,team --show-kind --field-selector ${own}`),
    ],
  },
  { name: "get-in-chunks", setup: three, script: [step(`get configmaps --chunk-size=1 --field-selector ${own}`)] },
  {
    name: "get-custom-resource",
    setup: [nodePool("parity-get")],
    script: [
      step("get nodepool parity-get"),
      step("get nodepools parity-get -o wide"),
      step("get nodepool parity-get -o yaml"),
    ],
  },
  {
    name: "get-subresource",
    setup: [web],
    ready: webReady,
    script: [step("get deployment web --subresource=scale"), step("get deployment web --subresource=scale -o yaml")],
  },
  {
    name: "get-managed-fields",
    setup: [configMap("owned")],
    script: [step("label configmap owned a=b"), step("get configmap owned -o yaml --show-managed-fields")],
  },
  {
    name: "get-watch",
    setup: [configMap("watched")],
    script: [
      step("get configmap watched --watch --output-watch-events --request-timeout=20s", {
        meanwhile: [step("annotate configmap watched note=1"), step("delete configmap watched")],
      }),
      step("get pods --watch-only --request-timeout=1s"),
    ],
  },
  {
    name: "get-raw",
    script: [
      step("get --raw /readyz"),
      step("get --raw /apis/policy/v1"),
      step("get --raw /api/v1/namespaces/{ns}/configmaps/none"),
    ],
  },
];
