/**
 * What `karpenter lint --fix` writes, and what it prints as patches, in the eyes of a real API server: nothing is refused, and
 * no field is unknown.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { runCommand } from "../builders/cli.ts";
import { startControlPlane } from "./control-plane.ts";

const run = promisify(execFile);
const definitions = fileURLToPath(new URL("../../deploy/crds", import.meta.url));

/** Something for each rule that has an edit; the comments say which. */
const written = `apiVersion: v1
kind: ConfigMap
metadata: {name: karpenter-global-settings, namespace: default}
data:
  aws.clusterName: prod
  aws.isolatedVPC: "true"
  aws.interruptionQueue: prod # KBP123
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: karpenter
  namespace: default
  annotations: {eks.amazonaws.com/sts-regional-endpoints: "false"} # KBP208
---
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: both}
spec:
  providerRef: {name: a}
  ttlSecondsAfterEmpty: 30 # KBP310
  consolidation: {enabled: true}
  ttlSecondsUntilExpired: 60 # KBP309
---
apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: forever} # KBP307, KBP308
spec:
  providerRef: {name: a}
  weight: 10
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: forever} # KBP307, KBP308
spec:
  weight: 20
  disruption: {consolidateAfter: Never}
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
      expireAfter: Never
      requirements: []
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: gpu} # KBP303
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
      requirements:
        - {key: node.kubernetes.io/instance-type, operator: In, values: [p3.8xlarge]}
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: tainted}
spec:
  template:
    spec:
      nodeClassRef: {group: karpenter.k8s.aws, kind: EC2NodeClass, name: a}
      taints: [{key: inference, effect: NoSchedule}]
      requirements:
        - {key: node.kubernetes.io/instance-type, operator: In, values: [g5.xlarge]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: karpenter, namespace: default} # KBP104
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: karpenter}}
  template:
    metadata: {labels: {app.kubernetes.io/name: karpenter}}
    spec:
      serviceAccountName: karpenter
      containers:
        - name: controller
          image: public.ecr.aws/karpenter/controller:v0.31.0
          resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default} # KBP502, KBP503
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web
          resources:
            requests: {cpu: "2", memory: 1Gi} # KBP520, KBP523
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lonely, namespace: default} # KBP501, KBP522
spec:
  selector: {matchLabels: {app: lonely}}
  template:
    metadata: {labels: {app: lonely}}
    spec:
      containers: [{name: c, image: c}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: stuck, namespace: default} # KBP304
spec:
  replicas: 1
  selector: {matchLabels: {app: stuck}}
  template:
    metadata: {labels: {app: stuck}}
    spec:
      nodeSelector: {karpenter.sh/nodepool: tainted}
      containers:
        - {name: c, image: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi, nvidia.com/gpu: 1}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default} # KBP504
spec:
  minAvailable: 100%
  selector: {matchLabels: {app: stuck}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: train, namespace: default} # KBP510
spec:
  activeDeadlineSeconds: 7200
  template:
    metadata: {labels: {app: train}}
    spec:
      restartPolicy: Never
      containers:
        - {name: c, image: c, resources: {requests: {cpu: 1, memory: 1Gi}, limits: {memory: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: default} # KBP512
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata:
      labels: {app: agent}
      annotations: {karpenter.sh/do-not-evict: "true"}
    spec:
      containers:
        - {name: c, image: c, resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1Gi}}}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
  namespace: default
  annotations: {karpenter.sh/do-not-evict: "true"} # KBP512
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        metadata: {labels: {app: nightly}}
        spec:
          restartPolicy: Never
          containers:
            - {name: c, image: c, resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1Gi}}}
`;
/** Does not parse until KBP143 has repaired it. */
const torn = `apiVersion: karpenter.sh/v1alpha5
kind: Provisioner
metadata: {name: torn}
spec:
  providerRef: {name: a}
  requirements:
  - key: node.kubernetes.io/instance-type
      operator: NotIn
      values:
        'm6g.16xlarge'
        'm6gd.16xlarge'
`;
/** web uses little of what it asks for (KBP523). */
const figures = JSON.stringify({
  schema: "karpenter.metrics/1",
  figures: {
    containerCpu: [
      {
        metric: { namespace: "default", pod: "web-6d4b75cb6d-abcde", container: "web" },
        values: Array.from({ length: 8 }, (_, day) => [day * 86_400, "0.1"]),
      },
    ],
  },
});

const safe = ["KBP123", "KBP143", "KBP208", "KBP310", "KBP512"];
const proposed =
  "KBP104 KBP303 KBP304 KBP307 KBP308 KBP309 KBP501 KBP502 KBP503 KBP504 KBP510 KBP512 KBP520 KBP522 KBP523".split(" ");

interface Line {
  readonly rule: string;
  readonly patch?: string;
}

/** Both files as `lint --fix` leaves them, the findings before and behind, and the fixed text with each patch alone. */
async function fixIn(folder: string) {
  const files = {
    written: join(folder, "written.yaml"),
    torn: join(folder, "torn.yaml"),
    figures: join(folder, "m.json"),
  };
  await writeFile(files.written, written);
  await writeFile(files.torn, torn);
  await writeFile(files.figures, figures);
  const words = ["lint", "-f", files.written, "-f", files.torn, "--metrics", files.figures, "--output", "json"];
  const lint = async (...more: readonly string[]) => {
    const { output } = await runCommand([...words, ...more]);
    return (JSON.parse(output) as { readonly findings: readonly Line[] }).findings;
  };
  const texts = () => Promise.all([readFile(files.written, "utf8"), readFile(files.torn, "utf8")]);
  const before = await lint();
  const behind = await lint("--fix");
  const fixed = await texts();
  const again = await lint("--fix");
  return { before, behind, again, fixed, fixedAgain: await texts(), patched: await patchesOf(files.written, behind) };
}

/** As `git apply` applies them. */
async function patchesOf(file: string, findings: readonly Line[]) {
  const text = await readFile(file, "utf8");
  const folder = join(file, "..");
  const patched: { readonly rule: string; readonly text: string }[] = [];
  for (const [index, { rule, patch = "" }] of findings.entries()) {
    if (!patch.includes("written.yaml")) continue;
    await writeFile(join(folder, `${index}.patch`), patch);
    await run("git", ["apply", `-p${file.split("/").length - 1}`, `${index}.patch`], { cwd: folder });
    patched.push({ rule, text: await readFile(file, "utf8") });
    await writeFile(file, text);
  }
  return patched;
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lint-fixes-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const documentsOf = (text: string): readonly string[] => parseAllDocuments(text).map(String);

describe("lint --fix", () => {
  const shared: { kubectl?: (...words: readonly string[]) => Promise<string>; kubeconfig?: string; folder?: string } =
    {};

  beforeAll(async () => {
    const binaries = inject("binaries");
    const controlPlane = await startControlPlane({ binaries, parts: ["etcd", "kube-apiserver"] });
    const kubectl = async (...words: readonly string[]): Promise<string> => {
      const { stdout } = await run(binaries.kubectl, ["--kubeconfig", controlPlane.kubeconfig, ...words]);
      return stdout;
    };
    Object.assign(shared, { kubectl, kubeconfig: controlPlane.kubeconfig, folder: dirname(binaries.kubectl) });
    await kubectl("create", "-f", definitions);
    await kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=300s");
    return () => controlPlane.stop();
  });

  it("changes nothing the second time, and the API server takes what it wrote and what it proposes", async () => {
    const folder = await temporary();
    const { before, behind, again, fixed, fixedAgain, patched } = await fixIn(folder);

    expect(before.map(({ rule }) => rule)).toEqual(expect.arrayContaining(safe));
    expect(fixed).not.toEqual([written, torn]);
    expect(fixedAgain).toEqual(fixed);
    expect(again).toEqual(behind);
    expect([...new Set(patched.map(({ rule }) => rule))]).toEqual(proposed);

    // Of each patch the documents that it changed: the others are sent once.
    const known = new Set(fixed.flatMap(documentsOf));
    const changed = patched.flatMap(({ text }) => documentsOf(text).filter((document) => !known.has(document)));
    expect(changed.length).toBeGreaterThanOrEqual(patched.length);
    const all = join(folder, "all.yaml");
    await writeFile(all, [...known, ...changed].map((text) => text.replace(/^---\n/, "")).join("---\n"));
    const answer = await shared.kubectl?.("apply", "--dry-run=server", "--validate=strict", "-f", all);
    expect(answer?.trim().split("\n")).toHaveLength(known.size + changed.length);
  });

  it("of objects of a cluster prints commands that it takes", async () => {
    const { kubectl, kubeconfig = "", folder: binaries = "" } = shared;
    const folder = await temporary();
    // What KBP310 finds is refused by the server.
    await writeFile(join(folder, "written.yaml"), written.replace("  consolidation: {enabled: true}\n", ""));
    await kubectl?.("create", "-f", join(folder, "written.yaml"));
    const { output, errors } = await runCommand(["lint", "--kubeconfig", kubeconfig, "--fix", "--output", "json"]);
    expect(errors).toContain("nothing to write");
    const { findings } = JSON.parse(output) as { readonly findings: readonly Line[] };
    const commands = findings.flatMap(({ rule, patch }) => (patch === undefined ? [] : [{ rule, patch }]));
    // Without figures of use, of objects alone, and without the pods of a Job, which cannot be changed.
    const without = ["KBP143", "KBP310", "KBP510", "KBP523"];
    const expected = [...safe, ...proposed].filter((rule) => !without.includes(rule));
    expect(new Set(commands.map(({ rule }) => rule))).toEqual(new Set(expected));

    const tried = commands.map(({ patch }) =>
      patch.replace(/^kubectl (patch|create)/gm, "kubectl $1 --dry-run=server"),
    );
    // With a home, so that kubectl keeps its cache there and not in the checkout.
    const path = `${binaries}:${process.env["PATH"] ?? ""}`;
    const environment = { ...process.env, PATH: path, KUBECONFIG: kubeconfig };
    const { stdout } = await run("sh", ["-e", "-c", tried.join("")], { env: environment });
    // "patched (no change)" would be a fix that mends nothing.
    const made = stdout.split("\n").filter((line) => / (?:patched|created)(?: \(server dry run\))?$/.test(line));
    expect(made).toHaveLength(commands.length);
  });
});
