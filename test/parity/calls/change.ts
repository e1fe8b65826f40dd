import { configMap, deployment, nodePool, pod, statefulSet } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const web = deployment("web");
const webReady = ["rollout status deployment/web --timeout=30s"];
const labels = { metadata: { labels: { tier: "web" } } };

/** edit, patch, scale, rollout, set, label, annotate. */
export const changeCalls: readonly ParityCall[] = [
  {
    name: "edit",
    setup: [web],
    script: [
      step("edit deployment web", { env: { EDITOR: "sed -i s/replicas:.2/replicas:\\ 4/" } }),
      step("edit deployment web", { env: { EDITOR: "true" } }),
      step("edit deployment web", { env: { EDITOR: "sed -i s/replicas:.4/replicas:\\ -4/" } }),
      step("edit deployment web --output-patch", { env: { EDITOR: "sed -i s/replicas:.4/replicas:\\ 3/" } }),
      step("get deployment web -o jsonpath={.spec.replicas}"),
    ],
  },
  {
    name: "edit-custom-resource",
    setup: [nodePool("parity-edited", { weight: 1 })],
    script: [
      step("edit nodepool parity-edited", { env: { EDITOR: "sed -i s/weight:.1/weight:\\ 2/" } }),
      step("edit nodepool parity-edited", { env: { EDITOR: "sed -i s/weight:.2/weight:\\ 200/" } }),
      step("get nodepool parity-edited -o jsonpath={.spec.weight}"),
    ],
  },
  {
    name: "patch-json",
    setup: [configMap("patched")],
    script: [
      step(["patch", "configmap", "patched", "--type=json", "-p", '[{"op":"add","path":"/metadata/labels","value":{"tier":"web"}}]']),
      step(["patch", "configmap", "patched", "--type=json", "-p", '[{"op":"test","path":"/data/key","value":"other"}]']),
      step(["patch", "configmap", "patched", "--type=json", "-p", '[{"op":"remove","path":"/data/none"}]']),
      step(["patch", "configmap", "patched", "--type=json", "-p", '[{"op":"replace","path":"/data/key","value":"new"}]', "-o", "yaml"]),
      step(["patch", "configmap", "patched", "--type=json", "-p", "[{]"]),
    ],
  },
  {
    name: "patch-merge",
    setup: [web],
    script: [
      step(["patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"replicas":3}}']),
      step(["patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"replicas":3}}']),
      step(["patch", "deployment", "web", "--type=merge", "-p", '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}}}']),
      step(["patch", "deployment", "none", "--type=merge", "-p", '{"spec":{"replicas":3}}']),
    ],
  },
  {
    name: "patch-strategic",
    setup: [web],
    script: [
      step(["patch", "deployment", "web", "-p", '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}']),
      step(["patch", "deployment", "web", "-p", '{"spec":{"template":{"spec":{"containers":[{"name":"app","$patch":"delete"}]}}}}']),
      step(["patch", "deployment", "web", "-p", '{"spec":{"template":{"spec":{"$retainKeys":["containers"],"containers":[{"name":"side","image":"side:2"}]}}}}']),
      step(["patch", "deployment", "web", "-p", '{"metadata":{"labels":{"a":"b"}},"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}']),
      step("get deployment web -o jsonpath={.spec.strategy}{.metadata.labels}{.spec.template.spec.containers[*].name}"),
    ],
  },
  {
    name: "patch-custom-resource",
    setup: [nodePool("parity-patched", { weight: 1 })],
    script: [
      step(["patch", "nodepool", "parity-patched", "--type=merge", "-p", '{"spec":{"weight":5}}']),
      step(["patch", "nodepool", "parity-patched", "--type=json", "-p", '[{"op":"remove","path":"/spec/limits"}]']),
      step(["patch", "nodepool", "parity-patched", "-p", '{"spec":{"weight":6}}']),
      step(["patch", "nodepool", "parity-patched", "--type=merge", "-p", '{"spec":{"weight":500}}']),
      step(["patch", "nodepool", "parity-patched", "--subresource=status", "--type=merge", "-p", '{"status":{"resources":{"nodes":"1"}}}']),
      step("get nodepool parity-patched -o yaml"),
    ],
  },
  {
    name: "scale",
    setup: [web, statefulSet("db", 1)],
    script: [
      step("scale deployment web --replicas=1"),
      step("scale deployment web --replicas=3 --current-replicas=2"),
      step("scale statefulset/db deployment/web --replicas=0"),
      step("scale deployment none --replicas=0"),
      step("scale nodepool none --replicas=0"),
      step("rollout status deployment/web --timeout=20s", { only: /successfully/ }),
      step("get deployment,statefulset"),
    ],
  },
  {
    name: "rollout",
    setup: [web],
    ready: webReady,
    script: [
      step("rollout status deployment/web"),
      step("rollout history deployment/web"),
      step("set image deployment/web app=registry.example.com/app:2"),
      step("rollout status deployment/web --timeout=30s", { only: /successfully/ }),
      step("annotate deployment web kubernetes.io/change-cause=second"),
      step("rollout history deployment/web"),
      step("rollout history deployment/web --revision=1"),
      step("rollout undo deployment/web"),
      step("rollout status deployment/web --timeout=30s", { only: /successfully/ }),
      step("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"),
      step("rollout undo deployment/web --to-revision=9"),
    ],
  },
  {
    name: "rollout-restart",
    setup: [web, statefulSet("db", 1)],
    ready: webReady,
    script: [
      step("rollout restart deployment/web"),
      step("rollout status deployment/web --timeout=30s", { only: /successfully/ }),
      step("rollout restart statefulset/db"),
      step("rollout status statefulset/db --timeout=30s", { only: /complete/ }),
      step("get replicasets -l app=web", { unordered: true }),
    ],
  },
  {
    name: "rollout-pause",
    setup: [web],
    ready: webReady,
    script: [
      step("rollout pause deployment/web"),
      step("rollout pause deployment/web"),
      step("set image deployment/web app=registry.example.com/app:2"),
      step("rollout restart deployment/web"),
      step("rollout undo deployment/web"),
      step("rollout resume deployment/web"),
      step("rollout status deployment/web --timeout=30s", { only: /successfully/ }),
    ],
  },
  {
    name: "set",
    setup: [deployment("web", 0)],
    script: [
      step("set image deployment/web app=registry.example.com/app:3"),
      step("set image deployment/web none=x"),
      step("set env deployment/web MODE=fast"),
      step("set resources deployment/web --limits=cpu=200m,memory=64Mi"),
      step("set serviceaccount deployment/web default"),
      step("get deployment web -o jsonpath={.spec.template.spec.containers[0]}"),
    ],
  },
  {
    name: "label",
    setup: [pod("solo")],
    script: [
      step("label pod solo a=1"),
      step("label pod solo a=2"),
      step("label pod solo a=2 --overwrite"),
      step("label pod solo b-"),
      step("label pod solo --list"),
      step("label pod solo a-"),
      step("label pod solo bad/label/key=1"),
      step("label pod solo a=not_valid_"),
      step("label pods --all everywhere=yes"),
    ],
  },
  {
    name: "annotate",
    setup: [configMap("noted")],
    script: [
      step("annotate configmap noted a=1"),
      step("annotate configmap noted a=2"),
      step("annotate configmap noted a=2 --overwrite"),
      step("annotate configmap noted --list"),
      step("annotate configmap noted a-"),
    ],
  },
];
