/** What users type: real kubectl against the listener. Skipped where kubectl is not installed. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  customResourceDefinitions,
  customResourceDefinitionType,
  nodeType,
  podDisruptionBudgetType,
  podType,
} from "../../api/index.ts";
import type { Deployment, Node } from "../../api/index.ts";
import { createIds, createSeededRandom, createSystemClock } from "../../platform/index.ts";
import { createApiServer, type ApiServer } from "../apiserver/server.ts";
import { deployment, pod } from "../apiserver/server-fixture.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function kubectlMissing(): string | undefined {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return undefined;
  } catch (error) {
    return `kubectl is not in PATH (${error instanceof Error ? error.message : String(error)})`;
  }
}

const missing = kubectlMissing();

class Kubectl {
  readonly folder = mkdtempSync(join(tmpdir(), "kubectl-"));
  readonly server: ApiServer;

  constructor(server: ApiServer) {
    this.server = server;
  }

  async start(): Promise<void> {
    const opened = await this.server.listen();
    if (!opened.ok) throw new Error(opened.failure.message);
    writeFileSync(join(this.folder, "config"), opened.value.kubeconfig(), { mode: 0o600 });
  }

  /** Runs kubectl; `input` is what `-f -` reads. */
  run(
    words: string,
    options: { readonly input?: unknown; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const env = {
      ...options.env,
      PATH: process.env["PATH"] ?? "",
      HOME: this.folder,
      KUBECONFIG: join(this.folder, "config"),
    };
    const child = execFile("kubectl", words.split(" "), { env, timeout: 20_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, out, err });
    });
    child.stdin?.end(options.input === undefined ? "" : JSON.stringify(options.input));
    return promise;
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

const running: { kubectl?: Kubectl } = {};
const kubectl = (words: string, options?: Parameters<Kubectl["run"]>[1]): Promise<Outcome> =>
  running.kubectl!.run(words, options);

async function begin(): Promise<void> {
  const server = createApiServer({ clock: createSystemClock(), ids: createIds(createSeededRandom(3)) });
  const client = server.client();
  for (const crd of customResourceDefinitions) await client.create(customResourceDefinitionType, crd);
  running.kubectl = new Kubectl(server);
  await running.kubectl.start();
}

const named = (name: string, change: (object: Deployment) => Deployment = (object) => object): Deployment =>
  change(deployment(name, 2));
const withReplicas =
  (replicas: number) =>
  (object: Deployment): Deployment => ({ ...object, spec: { ...object.spec, replicas } });

describe.skipIf(missing !== undefined)(
  `kubectl against the embedded server${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(begin, 30_000);
    afterAll(() => running.kubectl?.close());

    test("apply creates, then configures only what changed; diff tells what would", async () => {
      const plain = named("applied");
      expect(await kubectl("apply -f -", { input: plain })).toMatchObject({
        code: 0,
        out: "deployment.apps/applied created\n",
      });
      expect((await kubectl("apply -f -", { input: plain })).out).toBe("deployment.apps/applied unchanged\n");
      const scaled = withReplicas(5)(plain);
      const diff = await kubectl("diff -f -", { input: scaled });
      expect(diff.code).toBe(1);
      expect(diff.out).toMatch(/-\s+replicas: 2\n\+\s+replicas: 5/);
      expect((await kubectl("apply -f -", { input: scaled })).out).toBe("deployment.apps/applied configured\n");
    });

    test("apply removes what the manifest no longer has, and keeps what others added", async () => {
      const labelled = (labels: Readonly<Record<string, string>>): Deployment => ({
        ...named("pruned"),
        metadata: { name: "pruned", namespace: "default", labels },
      });
      await kubectl("apply -f -", { input: labelled({ a: "1", b: "2" }) });
      await kubectl("label deployment pruned c=3");
      await kubectl("apply -f -", { input: labelled({ a: "1" }) });
      expect((await kubectl("get deployment pruned -o jsonpath={.metadata.labels}")).out).toBe('{"a":"1","c":"3"}');
    });

    test("server-side apply meets the owner of a field", async () => {
      await kubectl("apply --server-side -f -", { input: named("owned") });
      await kubectl("scale deployment owned --replicas=4");
      const refused = await kubectl("apply --server-side -f -", { input: named("owned") });
      expect(refused.code).toBe(1);
      expect(refused.err).toContain(
        'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
      );
      expect((await kubectl("apply --server-side --force-conflicts -f -", { input: named("owned") })).code).toBe(0);
      expect((await kubectl("get deployment owned -o jsonpath={.spec.replicas}")).out).toBe("2");
    });

    test("the three patch types, edit, set image, scale, annotate and restart", async () => {
      await kubectl("create -f -", { input: named("edited") });
      const patches = [
        ["strategic", '{"spec":{"template":{"spec":{"containers":[{"name":"app","imagePullPolicy":"Never"}]}}}}'],
        ["merge", '{"spec":{"replicas":3}}'],
        ["json", '[{"op":"add","path":"/metadata/labels","value":{"tier":"web"}}]'],
      ];
      for (const [type, body] of patches) {
        expect((await kubectl(`patch deployment edited --type=${type} -p ${body}`)).out).toBe(
          "deployment.apps/edited patched\n",
        );
      }
      const env = { EDITOR: "sed -i s/replicas:.3/replicas:\\ 4/" };
      expect((await kubectl("edit deployment edited", { env })).out).toBe("deployment.apps/edited edited\n");
      await kubectl("set image deployment/edited app=app:2");
      await kubectl("annotate deployment edited note=x");
      expect((await kubectl("rollout restart deployment edited")).out).toBe("deployment.apps/edited restarted\n");
      expect((await kubectl("scale deployment edited --replicas=7 --current-replicas=4")).code).toBe(0);
      const paths =
        "{.spec.replicas} {.metadata.labels.tier} {.metadata.annotations.note} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].imagePullPolicy}";
      const shown = await kubectl(`get deployment edited -o jsonpath=${paths.replaceAll(" ", "/")}`);
      expect(shown.out).toBe("7/web/x/app:2/Never");
    });

    test("created with generators: kubectl sends these as protobuf", async () => {
      for (const words of [
        "create namespace shop",
        "create configmap settings --from-literal=a=b",
        "create secret generic keys --from-literal=a=b",
        "create deployment made --image=nginx --replicas=2",
        "create cronjob nightly --image=busybox --schedule=@daily",
        "create poddisruptionbudget calm --selector=app=made --min-available=50%",
        "run single --image=nginx --port=80 --labels=app=single",
        "expose pod single --port=80",
      ]) {
        expect(await kubectl(words), words).toMatchObject({ code: 0, err: "" });
      }
      expect((await kubectl("get secret keys -o jsonpath={.data.a}")).out).toBe("Yg==");
      expect((await kubectl("get service single -o jsonpath={.spec.selector}{.spec.ports[0].targetPort}")).out).toBe(
        '{"app":"single"}80',
      );
      expect((await kubectl("get pdb calm --no-headers")).out).toMatch(/^calm\s+50%\s+N\/A\s+0\s+\d+s\n$/);
    });

    test("get in its forms, describe, explain and the lists of the API", async () => {
      await kubectl("create -f -", { input: named("shown") });
      const columns = await kubectl("get deployments shown");
      expect(columns.out.split("\n")[0]).toMatch(/^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE$/);
      expect((await kubectl("get deployment shown -o wide")).out).toMatch(/CONTAINERS\s+IMAGES\s+SELECTOR/);
      expect((await kubectl("get deployment shown -o name")).out).toBe("deployment.apps/shown\n");
      expect(JSON.parse((await kubectl("get deployment shown -o json")).out)).toMatchObject({ kind: "Deployment" });
      expect(
        (await kubectl("get deployments -o custom-columns=N:.metadata.name --field-selector metadata.name=shown")).out,
      ).toBe("N\nshown\n");
      expect((await kubectl("describe deployment shown")).out).toContain(
        "RollingUpdateStrategy:  25% max unavailable, 25% max surge",
      );
      expect((await kubectl("explain pods.spec.containers.ports")).out).toContain(
        "containerPort\t<integer> -required-",
      );
      expect((await kubectl("explain nodepools.spec.disruption")).out).toContain("consolidateAfter");
      expect((await kubectl("api-resources --no-headers --categories=karpenter -o name")).out).toContain(
        "nodepools.karpenter.sh",
      );
      expect((await kubectl("auth can-i create pods")).out).toBe("yes\n");
      expect(await kubectl("top nodes")).toMatchObject({ code: 1, err: "error: Metrics API not available\n" });
    });

    test("nodes are cordoned, tainted and drained within the budget", async () => {
      const client = running.kubectl!.server.client();
      const node: Node = {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "n1" },
        spec: {},
        status: { conditions: [{ type: "Ready", status: "True" }] },
      };
      await client.create(nodeType, node);
      await client.create(podType, pod("busy", { nodeName: "n1" }, { labels: { app: "busy" } }));
      const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
      const name = { name: "busy", namespace: "default" };
      await client.patch(podType, name, { type: "merge", subresource: "status", body: { status: ready } });
      await kubectl("create poddisruptionbudget busy --selector=app=busy --min-available=1");
      expect((await kubectl("taint node n1 team=a:NoSchedule")).out).toBe("node/n1 tainted\n");
      const status = {
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 1,
        desiredHealthy: 1,
        expectedPods: 1,
      };
      await client.patch(podDisruptionBudgetType, name, { type: "merge", subresource: "status", body: { status } });
      const refused = await kubectl("drain n1 --force --timeout=2s");
      expect(refused.code).toBe(1);
      expect(refused.err).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
      await kubectl("delete poddisruptionbudget busy");
      const drain = kubectl("drain n1 --force --timeout=10s");
      // The kubelet's part: the pod goes when its deletion was seen.
      const watch = client.watch(podType, { namespace: "default", fieldSelector: "metadata.name=busy" });
      for await (const event of watch) {
        if (event.type !== "BOOKMARK" && event.object.metadata.deletionTimestamp !== undefined) break;
      }
      await client.delete(podType, name, { gracePeriodSeconds: 0 });
      expect(await drain).toMatchObject({ code: 0, out: expect.stringContaining("node/n1 drained") });
      expect((await kubectl("get node n1 --no-headers")).out).toMatch(/^n1\s+Ready,SchedulingDisabled/);
      expect((await kubectl("uncordon n1")).out).toBe("node/n1 uncordoned\n");
      expect((await kubectl("wait --for=condition=Ready node/n1 --timeout=2s")).out).toBe("node/n1 condition met\n");
    });

    test("watch prints changes, delete takes its time and its cascade", async () => {
      await kubectl("run watched --image=nginx");
      const watch = kubectl("get pod watched --watch --no-headers --request-timeout=4s");
      await kubectl("label pod watched a=b");
      expect((await kubectl("delete pod watched")).code).toBe(0);
      expect((await watch).out).toMatch(/^watched\s+0\/1\s+Pending/);
      await kubectl("create -f -", { input: named("cascading") });
      expect((await kubectl("delete deployment cascading --cascade=foreground --timeout=5s")).code).toBe(0);
      expect((await kubectl("get deployment cascading")).err).toBe(
        'Error from server (NotFound): deployments.apps "cascading" not found\n',
      );
    });

    test("what is wrong is said in Kubernetes' words", async () => {
      const budget = { apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget", metadata: { name: "x" } };
      expect((await kubectl("apply -f -", { input: budget })).err).toContain(
        'no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"',
      );
      const unknown = { ...pod("x"), spec: { ...pod("x").spec, flavour: "sweet" } };
      expect((await kubectl("apply -f -", { input: unknown })).err).toContain(
        'strict decoding error: unknown field "spec.flavour"',
      );
      const pool = { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "x" }, spec: { weight: 0 } };
      expect((await kubectl("apply -f -", { input: pool })).err).toContain(
        "spec.weight in body should be greater than or equal to 1",
      );
      expect((await kubectl("get pods nosuch")).err).toBe('Error from server (NotFound): pods "nosuch" not found\n');
    });
  },
);
