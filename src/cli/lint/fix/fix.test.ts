import { describe, expect, test } from "vitest";
import { advise, type AdvisorInput, allRules } from "../../../advisor/index.ts";
import { parseManifests } from "../../../manifests/index.ts";
import { judgeObjects } from "../../offline/judge-objects.ts";
import { machineTypesOf } from "../machine-types.ts";
import { fixTexts, patchOf } from "./fix-files.ts";

const types = machineTypesOf("us-east-1");
const region = "us-east-1";
const inputOf = (text: string): AdvisorInput => ({
  manifests: parseManifests("a.yaml", text),
  texts: new Map([["a.yaml", text]]),
  types,
  region,
});
const look = (input: AdvisorInput) => advise(input, allRules);
const fix = (text: string) => fixTexts(inputOf(text), look);
const fixedText = (text: string) => fix(text).changed.get("a.yaml") ?? text;

/** Comments, order, quotes and blank lines that a writer cares for. */
const written = `# Settings of the controller.
apiVersion: v1
kind: ConfigMap
metadata:
  name: karpenter-global-settings # its fixed name
  namespace: karpenter
data:
  aws.clusterName: "prod"

  # The queue of interruptions.
  aws.interruptionQueue: 'prod-queue' # as the terraform names it
---
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: a}
spec:
  providerRef: {name: a}   # shared
  ttlSecondsAfterEmpty: 30
  # Repack, too.
  consolidation: {enabled: true}
  ttlSecondsUntilExpired: 2592000
  limits: {resources: {cpu: 9, memory: 9Gi}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: train}
spec:
  template:
    metadata:
      labels: {app: train}
      annotations: {karpenter.sh/do-not-evict: true, other: "x"}
    spec:
      restartPolicy: Never
      containers:
        - {name: c, image: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata:
      labels: {app: agent}
      annotations:
        karpenter.sh/do-not-evict: "true"
    spec:
      containers:
        - name: c
          image: c
          resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}
`;

describe("fixes that are safe", () => {
  test("are written in place: comments, order, quotes and blanks stay", () => {
    const after = fixedText(written);
    const changes: readonly (readonly [string, string])[] = [
      ["  aws.interruptionQueue: 'prod-queue'", "  aws.interruptionQueueName: 'prod-queue'"],
      ["  ttlSecondsAfterEmpty: 30\n", ""],
      ["do-not-evict: true,", 'do-not-evict: "true",'],
      ['      annotations:\n        karpenter.sh/do-not-evict: "true"\n', ""],
    ];
    expect(after).toBe(changes.reduce((text, [before, instead]) => text.replace(before, instead), written));
  });

  test("written twice they change nothing the second time", () => {
    const once = fixedText(written);
    expect(fix(once)).toMatchObject({ count: 0, changed: new Map() });
  });

  test("leave objects that the API's rules admit", () => {
    const { manifests } = fix(written).input;
    expect(manifests?.objects).toHaveLength(4);
    expect(judgeObjects(manifests ?? { objects: [], problems: [] }).refusals).toEqual([]);
  });

  test("[R25] repair a list without dashes, and what it says is then judged", () => {
    const broken = `apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: a}
spec:
  requirements:
  - key: node.kubernetes.io/instance-type
      operator: NotIn
      values:
        'm6g.16xlarge'
        'm6gd.16xlarge'
`;
    const { advice, changed, input } = fix(broken);
    expect(changed.get("a.yaml")).toContain(
      "    operator: NotIn\n    values:\n      - 'm6g.16xlarge'\n      - 'm6gd.16xlarge'\n",
    );
    expect(input.manifests?.problems).toEqual([]);
    expect(advice.findings.map(({ rule }) => rule)).toContain("KBP601");
    expect(fix(changed.get("a.yaml") ?? "").count).toBe(0);
  });

  test("[R26] of two keys for one queue the alias goes", () => {
    const map = (data: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: karpenter-global-settings}\ndata: {${data}}\n`;
    expect(fixedText(map("aws.clusterName: a, aws.interruptionQueueName: q, aws.interruptionQueue: q"))).toBe(
      map("aws.clusterName: a, aws.interruptionQueueName: q"),
    );
  });

  test("stay JSON in JSON", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "a" },
      spec: {
        template: {
          metadata: { annotations: { "karpenter.sh/do-not-evict": true } },
          spec: { containers: [{ name: "c" }] },
        },
      },
    };
    const after: unknown = JSON.parse(fixedText(JSON.stringify(job, null, 2)));
    expect(after).toMatchObject({
      spec: { template: { metadata: { annotations: { "karpenter.sh/do-not-evict": "true" } } } },
    });
  });
});

const served = `apiVersion: karpenter.sh/v1
kind: NodePool
metadata:
  name: a
spec:
  limits: {cpu: 9, memory: 9Gi}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
      expireAfter: Never # for now
      requirements: []
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      # One container.
      containers:
        - name: web
          image: web
          resources:
            requests: {cpu: 1, memory: 1Gi}
`;

describe("fixes that somebody has to decide on", () => {
  const { advice, input, changed } = fix(served);
  const patch = (rule: string) => {
    const finding = advice.findings.find((each) => each.rule === rule);
    return finding === undefined ? "" : patchOf(input, finding);
  };

  test("are not written", () => expect(changed.size).toBe(0));

  test("are patches, with what stands around them", () => {
    expect(patch("KBP308")).toBe(`--- a/a.yaml
+++ b/a.yaml
@@ -7,7 +7,7 @@
   template:
     spec:
       nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
-      expireAfter: Never # for now
+      expireAfter: 720h # for now
       requirements: []
 ---
 apiVersion: apps/v1
`);
  });

  test("add what is missing, a document too", () => {
    expect(patch("KBP520")).toContain("+            limits:\n+              memory: 1Gi\n");
    expect(patch("KBP502")).toContain("+      topologySpreadConstraints:\n+        - maxSkew: 1\n");
    expect(patch("KBP503")).toContain("+---\n+apiVersion: policy/v1\n+kind: PodDisruptionBudget\n");
  });

  test.each(["KBP308", "KBP502", "KBP503", "KBP520"])(
    "%s: applied, the finding is gone and the rules admit it",
    (rule) => {
      const finding = advice.findings.find((each) => each.rule === rule);
      const edit = finding?.edit === undefined ? undefined : { ...finding.edit, safe: true };
      const after = fixTexts(input, (looked) =>
        looked === input
          ? { ...advice, findings: finding === undefined || edit === undefined ? [] : [{ ...finding, edit }] }
          : look(looked),
      );
      expect(after.count).toBe(1);
      expect(after.advice.findings.filter((each) => each.rule === rule)).toEqual([]);
      expect(judgeObjects(after.input.manifests ?? { objects: [], problems: [] }).refusals).toEqual([]);
    },
  );
});
