import { configMap, deployment, pod } from "../manifests.ts";
import { type ParityCall, step } from "../parity-call.ts";

const web = deployment("web");
/** Field descriptions need not be there (issue 4, item 2): names, types, and what is required are compared. */
const fieldsOnly = /^(KIND|VERSION|GROUP|FIELD|FIELDS)|\t<|^ {2,}\w+\s+</;

/** wait, delete, explain, the lists of the API, auth, events, top. */
export const askCalls: readonly ParityCall[] = [
  {
    name: "wait",
    setup: [web],
    script: [
      step("wait --for=condition=Available deployment/web --timeout=240s"),
      step("wait --for=jsonpath={.status.readyReplicas}=2 deployment/web --timeout=240s"),
      step("wait --for=condition=Never deployment/web --timeout=1s"),
      step("wait --for=delete deployment/none --timeout=1s"),
      step("wait --for=condition=Available deployment/none --timeout=1s"),
    ],
  },
  {
    name: "delete",
    setup: [
      configMap("a", {}, { labels: { gone: "yes" } }),
      configMap("b", {}, { labels: { gone: "yes" } }),
      configMap("c"),
      pod("solo"),
    ],
    ready: ["wait --for=condition=Ready pod/solo --timeout=240s"],
    script: [
      step("delete configmap c --dry-run=server"),
      step("delete configmap c"),
      step("delete configmap c"),
      step("delete configmap c --ignore-not-found"),
      step("delete configmaps -l gone=yes"),
      step("delete configmaps -l gone=yes"),
      step("delete pod solo"),
      step("get pod solo"),
    ],
  },
  {
    name: "delete-force",
    setup: [pod("held", {}, { finalizers: ["parity.example.com/hold"] })],
    ready: ["wait --for=condition=Ready pod/held --timeout=240s"],
    script: [
      step("delete pod held --grace-period=0 --force --wait=false"),
      step("get pod held --no-headers -o custom-columns=F:.metadata.finalizers,G:.metadata.deletionGracePeriodSeconds"),
      step(["patch", "pod", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}']),
      step("wait --for=delete pod/held --timeout=240s", { streams: ["stderr"] }),
    ],
  },
  {
    name: "delete-cascade",
    setup: [web, deployment("two"), deployment("three", 1)],
    ready: [
      "rollout status deployment/web --timeout=240s",
      "rollout status deployment/two --timeout=240s",
      "rollout status deployment/three --timeout=240s",
    ],
    script: [
      step("delete deployment web --cascade=foreground --timeout=240s"),
      step("get deployments,replicasets,pods -l app=web"),
      step("delete deployment two --cascade=orphan"),
      step("get replicasets,pods -l app=two -o custom-columns=KIND:.kind,OWNER:.metadata.ownerReferences[*].kind", {
        unordered: true,
      }),
      step("delete deployment three --cascade=background"),
      step("wait --for=delete pod -l app=three --timeout=240s", { streams: ["stderr"] }),
      step("delete replicaset,pod --all --cascade=orphan", { unordered: true }),
    ],
  },
  {
    name: "delete-namespace",
    script: [
      step("create namespace p-deleted-namespace"),
      step("-n p-deleted-namespace create configmap inside"),
      step("delete namespace p-deleted-namespace --timeout=240s"),
      step("get namespace p-deleted-namespace"),
      step("delete namespace default"),
    ],
  },
  {
    name: "explain",
    script: [
      step("explain pods.spec.containers.ports", { only: fieldsOnly }),
      step("explain deployments.spec.strategy", { only: fieldsOnly }),
      step("explain pdb.spec", { only: fieldsOnly }),
      step("explain nodes.spec.taints", { only: fieldsOnly }),
      step("explain pods.spec.colour"),
      step("explain colours"),
    ],
  },
  {
    name: "explain-custom-resource",
    script: [
      step("explain nodepools.spec.disruption"),
      step("explain nodepools.spec.template.spec --recursive", { only: fieldsOnly }),
      step("explain ec2nodeclasses.spec.amiSelectorTerms"),
    ],
  },
  {
    name: "api-resources",
    script: [
      step("api-resources --api-group=apps"),
      step("api-resources --api-group=policy --no-headers"),
      step("api-resources --api-group=batch -o wide"),
      step("api-resources --api-group=karpenter.sh -o wide"),
      step("api-resources --categories=karpenter -o name"),
      step("api-resources --categories=all -o name"),
      step("api-resources --api-group= --verbs=list,create"),
    ],
  },
  {
    name: "api-versions",
    script: [step("api-versions"), step("api-resources --api-group= --namespaced=false")],
    differs:
      "the embedded server leaves out groups and kinds that nothing of an autoscaler asks for: flow control, resource claims, storage migration, autoscaling/v1, events.k8s.io, and the component statuses that were given up in 1.19",
  },
  {
    name: "auth",
    script: [
      step("auth can-i create pods"),
      step("auth can-i delete nodepools --all-namespaces"),
      step("auth can-i get pods --subresource=log"),
      step("auth can-i create colours"),
      step("auth can-i get /healthz"),
    ],
  },
  {
    name: "auth-whoami",
    script: [step("auth whoami")],
    differs:
      "the real one is asked with a certificate, whose digest it tells; the embedded one knows its user by a token",
  },
  {
    name: "events",
    setup: [deployment("web", 1)],
    ready: ["rollout status deployment/web --timeout=240s"],
    script: [
      step("events --for deployment/web"),
      step("get events --field-selector involvedObject.kind=Deployment"),
      step(
        "get events --field-selector involvedObject.kind=ReplicaSet -o custom-columns=R:.reason,T:.type,K:.involvedObject.kind",
      ),
      step("get events", { unordered: true }),
      step("events --types=Warning"),
    ],
  },
  { name: "top", script: [step("top nodes"), step("top pods"), step("top pod none")] },
  { name: "cluster-info", script: [step("cluster-info")] },
];
