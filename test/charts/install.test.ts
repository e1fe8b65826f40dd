/** The charts on a real control plane, by helm as an operator does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { prepareBinaries } from "../controlplane/build.ts";
import { type ControlPlane, startControlPlane } from "../controlplane/control-plane.ts";
import { releasedDefinitions } from "../controlplane/released-definitions.ts";
import { named, render, root } from "./chart.ts";
import { type Right, rightsOf } from "./rbac.ts";
import { ask, run } from "./tools.ts";

const namespace = "karpenter";
const account = { name: "karpenter", namespace };
/** What the charts bring, without the era. */
const kinds = ["NodePool", "NodeClaim", "NodeOverlay", "EC2NodeClass", "CapacityBuffer"];
const pollMilliseconds = 250;
const pollsUntilTouched = 20;

describe("on a real control plane", () => {
  let controlPlane: ControlPlane;
  let home: string;
  let kubectlCommand: string;

  const env = () => ({ PATH: process.env["PATH"], HOME: home, KUBECONFIG: controlPlane.kubeconfig });
  const helm = (...args: readonly string[]): Promise<string> =>
    run(inject("chartTools").helm, [...args, "--namespace", namespace], { cwd: root, env: env() });
  const kubectl = (...args: readonly string[]): Promise<string> => run(kubectlCommand, args, { cwd: root, env: env() });
  const namesOf = async (kind: string, ...args: readonly string[]): Promise<readonly string[]> =>
    (await kubectl("get", kind, "-o", "name", ...args))
      .trim()
      .split("\n")
      .filter((name) => name !== "");

  /** Until nothing of these kinds is left that is Karpenter's by its name. */
  async function untilGone(kinds: string): Promise<void> {
    const left = async (): Promise<readonly string[]> =>
      (await namesOf(kinds)).filter((name) => name.includes("karpenter"));
    for (let polls = 1; (await left()).length > 0 && polls < 1_000; polls += 1) {
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
      if (polls % pollsUntilTouched === 0) await touch(await left(), polls);
    }
    expect(await left()).toEqual([]);
  }

  /**
   * Changes objects that are on their way out. The API server's finalizer of definitions gives up on a conflict, and then
   * comes back with the next change of the object, or after five minutes.
   */
  async function touch(names: readonly string[], mark: number): Promise<void> {
    for (const name of names) {
      // It may be gone by now.
      await kubectl("annotate", name, `karpenter-ts.dev/touched=${mark}`, "--overwrite").catch(() => undefined);
    }
  }

  beforeAll(async () => {
    const binaries = await prepareBinaries({ report: (line) => console.error(`charts: ${line}`) });
    kubectlCommand = binaries.kubectl;
    home = await mkdtemp(join(tmpdir(), "helm-"));
    controlPlane = await startControlPlane({ binaries });
    await kubectl("create", "namespace", namespace);
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
    await helm("install", "karpenter-crd", "deploy/charts/karpenter-crd");
    await helm("install", "karpenter", "deploy/charts/karpenter", "--skip-crds", "--set", "settings.clusterName=test");
  });

  afterAll(async () => {
    await controlPlane.stop();
    await rm(home, { recursive: true });
  });

  it("[ops 9.2.23] restricted pod security admits both replicas", async () => {
    let pods: readonly string[] = [];
    // The admission of a pod that breaks the profile fails the creation, so that none would ever come.
    for (let polls = 0; pods.length < 2 && polls < 1_000; polls += 1) {
      pods = await namesOf("pods", "-n", namespace);
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
    expect(pods.length).toBe(2);
  });

  it("[ops 9.2.22] kubectl auth can-i lists exactly the chart's rights", async () => {
    const allowed = async (name: string): Promise<readonly string[]> =>
      rowsOf(
        await kubectl("auth", "can-i", "--list", "-n", namespace, `--as=system:serviceaccount:${namespace}:${name}`),
      );
    const everyone = new Set(await allowed("default"));
    const listed = (await allowed("karpenter")).filter((right) => !everyone.has(right));
    const granted = rightsOf(await render({ values: named, namespace }), account);
    const here = granted.filter((right: Right) => right.namespace === undefined || right.namespace === namespace);
    const asListed = ({ verb, group, resource }: Right): string => {
      const [plural, ...sub] = resource.split("/");
      return `${verb} ${[group === "" ? plural : `${plural}.${group}`, ...sub].join("/")}`;
    };
    expect(listed).toEqual([...new Set(here.map(asListed))].toSorted());
  });

  it("[ops 9.2.24] upgrades from the definitions of the 1.14 release, with its objects in them, which stay as they are", async () => {
    // As `helm install karpenter` of 1.14 leaves them: made from crds/, so that no release owns them.
    await helm("uninstall", "karpenter-crd");
    await untilGone("crd");
    const file = join(home, "definitions.json");
    const items = releasedDefinitions.filter(({ spec }) => kinds.includes(spec.names.kind));
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl("create", "-f", file);
    const definitions = items.map(({ metadata }) => `crd/${metadata.name}`);
    await kubectl("wait", "--for=condition=Established", ...definitions, "--timeout=120s");
    await kubectl("apply", "-f", "samples/pools.yaml");
    const classes = await namesOf("ec2nodeclasses");
    for (const name of classes) {
      const stamp = ["karpenter.k8s.aws/ec2nodeclass-hash=77", "karpenter.k8s.aws/ec2nodeclass-hash-version=v5"];
      await kubectl("annotate", name, ...stamp);
    }
    const objects = (): Promise<string> =>
      kubectl(
        "get",
        "nodepools,ec2nodeclasses",
        "-o",
        "jsonpath={range .items[*]}{.metadata.uid} {.metadata.annotations} {.spec}{end}",
      );
    const before = await objects();
    // A stanza without it is what the release refuses, and ours takes.
    const [pool = ""] = await namesOf("nodepools");
    const bare = '{"spec":{"disruption":{"consolidateAfter":null}}}';
    const patchBare = (): Promise<string> => kubectl("patch", pool, "--type=merge", "-p", bare, "--dry-run=server");
    await expect(patchBare()).rejects.toThrow("spec.disruption.consolidateAfter");
    // The words of docs/operate.md.
    await expect(helm("install", "karpenter-crd", "deploy/charts/karpenter-crd")).rejects.toThrow(
      "invalid ownership metadata",
    );
    for (const name of (await namesOf("crd")).filter((each) => /karpenter|capacitybuffers/.test(each))) {
      await kubectl("label", name, "app.kubernetes.io/managed-by=Helm", "--overwrite");
      await kubectl(
        "annotate",
        name,
        "meta.helm.sh/release-name=karpenter-crd",
        `meta.helm.sh/release-namespace=${namespace}`,
        "--overwrite",
      );
    }
    const takeOver = ["upgrade", "--install", "karpenter-crd", "deploy/charts/karpenter-crd"];
    await expect(helm(...takeOver)).rejects.toThrow("conflict occurred while applying object");
    await helm(...takeOver, "--force-conflicts");
    await helm("upgrade", "karpenter", "deploy/charts/karpenter", "--skip-crds", "--reuse-values");
    expect(await objects()).toBe(before);
    expect(before).toContain('"karpenter.k8s.aws/ec2nodeclass-hash-version":"v5"');
    await patchBare();
    await kubectl("delete", "-f", "samples/pools.yaml");
  });

  it("upgrades with the definitions first, and leaves nothing of itself when it is uninstalled", async () => {
    await helm(
      "upgrade",
      "karpenter-crd",
      "deploy/charts/karpenter-crd",
      "--set",
      "additionalAnnotations.owner=platform",
    );
    await helm(
      "upgrade",
      "karpenter",
      "deploy/charts/karpenter",
      "--skip-crds",
      "--reuse-values",
      "--set",
      "replicas=1",
    );
    const { stdout } = await ask(
      kubectlCommand,
      ["get", "crd", "nodepools.karpenter.sh", "-o", "jsonpath={.metadata.annotations.owner}"],
      { cwd: root, env: env() },
    );
    expect(stdout).toBe("platform");
    // Not with --wait: on a busy machine Helm has waited without end for a definition that was gone before it looked.
    await helm("uninstall", "karpenter");
    await helm("uninstall", "karpenter-crd");
    await untilGone("clusterroles,clusterrolebindings");
    await untilGone("crd");
  });
});

/** What `auth can-i --list` says of resources, as `verb resource` in order. */
function rowsOf(table: string): readonly string[] {
  const rows = table
    .split("\n")
    .slice(1)
    .map((line) => /^(\S+)\s+\[[^\]]*\]\s+\[[^\]]*\]\s+\[([^\]]*)\]/.exec(line));
  const rights = rows.flatMap((row) => {
    const [, resource = "", verbs = ""] = row ?? [];
    if (resource === "") return [];
    return verbs.split(" ").map((verb) => `${verb} ${resource}`);
  });
  return [...new Set(rights)].toSorted();
}
