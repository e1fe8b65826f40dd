import { expect, test } from "vitest";
import { adviceOn, findingsOf, nodePool, provisioner, settingsMap, workload } from "../testing.ts";
import { allRules } from "../registry/all-rules.ts";
import { advise } from "./advise.ts";
import { parseManifests } from "../../manifests/index.ts";
import type { KubeObject } from "../../api/index.ts";

const whole =
  nodePool("a", "[{key: a, operator: In, values: [b]}]", "limits: {cpu: 1}", "[{key: a, effect: NoSchedule}]") +
  provisioner(
    "b",
    "labels: {a: b}\nprovider: {launchTemplate: x}\nlimits: {resources: {cpu: 1}}\nconsolidation: {enabled: true}\nrequirements: [{key: a, operator: In, values: [b]}]",
  ) +
  settingsMap("{a: b}") +
  workload(
    "Deployment",
    "replicas: 2",
    "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]\ntolerations: [{key: a}]\nnodeSelector: {a: b}\ntopologySpreadConstraints: [{topologyKey: a}]\naffinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}}, podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: a}}]}}",
  ) +
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}, annotations: {a: b}}\nspec: {containers: [{name: c, env: [{name: a, value: b}], resources: {limits: {memory: 1}}}]}\nstatus: {conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: c, state: {}}]}\n" +
  "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {selector: {matchLabels: {app: web}, matchExpressions: [{key: a, operator: Exists}]}, maxUnavailable: 1}\n" +
  "---\napiVersion: v1\nkind: Event\nmetadata: {name: e}\ninvolvedObject: {kind: Pod, name: p}\nreason: InsufficientCapacityError\nmessage: m\nsource: {component: karpenter}\nlastTimestamp: '2026-06-01T10:00:00Z'\n" +
  "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: validation.webhook.karpenter.sh}\nwebhooks: [{name: w, clientConfig: {service: {name: s, namespace: n}}}]\n" +
  "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s, labels: {kubernetes.io/service-name: s}}\nendpoints: [{conditions: {ready: true}}]\n" +
  "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {karpenter.sh/nodepool: a}, creationTimestamp: '2026-06-01T10:00:00Z'}\n" +
  "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: v, storageClassName: s}\n" +
  "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [a]}]}]}}}\n" +
  "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s}\nallowedTopologies: [{matchLabelExpressions: [{key: topology.kubernetes.io/zone, values: [a]}]}]\n" +
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {team: a}}\n" +
  "---\napiVersion: karpenter.sh/v1\nkind: NodeClaim\nmetadata: {name: n1}\nspec: {expireAfter: 1h}\nstatus: {nodeName: n1, conditions: [{type: Drifted, status: 'True', lastTransitionTime: '2026-06-01T10:00:00Z'}]}\n";

/** Every object with the value at one path replaced, for each of its paths below the name. */
function* spoilt(value: unknown, replacement: unknown): Generator {
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const put = (inner: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
    if (!["apiVersion", "kind", "name"].includes(key)) yield put(replacement);
    for (const inner of spoilt(item, replacement)) yield put(inner);
  }
}

test.each([[null], ["text"], [7], [[]], [[null]], [{}], [["a"]], [{ a: [] }]])(
  "no value of %j anywhere in an object brings a rule down",
  (replacement) => {
    const { objects } = parseManifests("a.yaml", whole);
    const variants = objects.flatMap((entry) =>
      [...spoilt(entry.object, replacement)]
        .map((object) => ({ ...entry, object: object as KubeObject }))
        // Without metadata a document is no object: the parser has told that.
        .filter(
          ({ object: { metadata } }) => typeof metadata === "object" && !Array.isArray(metadata) && metadata !== null,
        ),
    );
    expect(variants.length).toBeGreaterThan(100);
    for (const variant of variants) {
      const set = { objects: [variant, ...objects], problems: [] };
      expect(() => advise({ manifests: set, cluster: set }, allRules), JSON.stringify(variant.object)).not.toThrow();
    }
  },
);

test("[R25] a value of the wrong shape is told with its place, and null is as good as absent", () => {
  const wrong = workload("Deployment").replace("replicas: 2", "replicas: two");
  expect(findingsOf("KBP143", { files: wrong })).toMatchObject([
    { message: 'a.yaml:6: found "two", expected a number' },
  ]);
  expect(adviceOn({ files: workload("Deployment").replace("replicas: 2", "replicas: null") }).findings[0]?.rule).toBe(
    "KBP501",
  );
});

test("[R25] a template is told once, with what to do", () => {
  const template =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n  {{- with .Values.a }}\n  labels: {}\n  {{- end }}\n";
  expect(findingsOf("KBP143", { files: template })).toMatchObject([
    { message: expect.stringContaining("a template"), fix: expect.stringContaining("helm template") },
  ]);
});
