/** `karpenter convert`: what comes out, and every loss with its place (spec: product 4.2, v1alpha5 5 and D12). */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { admissionCauses } from "../../src/api/index.ts";
import { parseManifests } from "../../src/manifests/index.ts";
import { listObsolete } from "../../src/cli/convert/read-live.ts";
import { runCli } from "../../src/cli/program.ts";
import { convertObjects } from "../../src/legacy/index.ts";
import { eraCluster, provisioner, template } from "./era-cluster.ts";

const folder = new URL("./convert/", import.meta.url);
const update = process.env["UPDATE_GOLDEN"] === "1";

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const convert = (...args: readonly string[]): Promise<Outcome> => cli("convert", ...args);

async function cli(...args: readonly string[]): Promise<Outcome> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const texts = { output: "", errors: "" };
  output.on("data", (chunk: Buffer) => (texts.output += chunk.toString()));
  errors.on("data", (chunk: Buffer) => (texts.errors += chunk.toString()));
  const input = new PassThrough();
  input.end();
  const code = await runCli([...args], {
    input,
    output,
    errors,
    environment: {},
    signal: new AbortController().signal,
  });
  return { code, ...texts };
}

const pathOf = (name: string): string => relative(process.cwd(), fileURLToPath(new URL(name, folder)));

/** What is on disk; written there first when asked to. */
function golden(name: string, text: string): string {
  if (update) writeFileSync(new URL(name, folder), text);
  return onRecord(name);
}

function onRecord(name: string): string {
  const file = new URL(name, folder);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const cases = readdirSync(folder).toSorted();

describe("convert", () => {
  test.each(cases)("%s gives what is on record, comments included (else: UPDATE_GOLDEN=1)", async (name) => {
    const { code, output, errors } = await convert("-f", pathOf(`${name}/input.yaml`), "--losses", "json");
    expect(output).toBe(golden(`${name}/output.yaml`, output));
    expect(errors).toBe(golden(`${name}/losses.jsonl`, errors));
    expect(code).toBe(errors === "" ? 0 : 1);
  });

  test.each(cases)("%s gives objects that the API server of today accepts", (name) => {
    const { objects, problems } = parseManifests(name, onRecord(`${name}/output.yaml`));
    expect(problems).toEqual([]);
    const written = objects.filter(({ object }) => object.kind !== "EC2NodeClass" || object.metadata.name !== "taken");
    expect(written.flatMap(({ object }) => admissionCauses(object))).toEqual([]);
  });

  test("a loss is told with file, line, object, path, loss and remedy", async () => {
    const { errors } = await convert("-f", pathOf("refused/input.yaml"), "--losses", "json");
    const [first] = errors.trim().split("\n");
    expect(JSON.parse(first ?? "")).toEqual({
      schema: "karpenter.convert.loss/1",
      file: pathOf("refused/input.yaml"),
      line: 5,
      object: "karpenter.sh/v1alpha5 Provisioner no-effect",
      path: "spec.taints[0]",
      loss: "taint team has no effect, which no Node accepts",
      remedy: "write effect: NoSchedule, PreferNoSchedule or NoExecute",
    });
  });

  test("people get the same in a line", async () => {
    const { errors } = await convert("-f", pathOf("refused/input.yaml"));
    expect(errors.split("\n")[0]).toBe(
      `${pathOf("refused/input.yaml")}:5: karpenter.sh/v1alpha5 Provisioner no-effect, spec.taints[0]: taint team has no effect, which no Node accepts; write effect: NoSchedule, PreferNoSchedule or NoExecute`,
    );
  });

  test("[R23] a launch template cannot come along: no class is written, and the way out is told", async () => {
    const { code, output, errors } = await convert("-f", pathOf("inline-provider/input.yaml"));
    expect(output).not.toContain("my-template");
    expect(errors).toContain("express it with amiSelectorTerms, userData, blockDeviceMappings");
    expect(code).toBe(1);
  });

  test("input that holds nothing of an older era comes out unchanged, with 0", async () => {
    const file = relative(process.cwd(), fileURLToPath(new URL("../../samples/application.yaml", import.meta.url)));
    const { code, output, errors } = await convert("-f", file);
    expect({ code, output, errors }).toEqual({ code: 0, output: readFileSync(file, "utf8"), errors: "" });
  });

  test("--check says by its code alone whether anything is left to convert", async () => {
    const old = await convert("-f", pathOf("v1beta1/input.yaml"), "--check");
    const today = await convert("-f", pathOf("v1beta1/output.yaml"), "--check");
    expect([old.code, old.output, today.code, today.output]).toEqual([1, "", 0, ""]);
  });

  test("converting once more changes nothing", async () => {
    for (const name of cases) {
      const { output } = await convert("-f", pathOf(`${name}/output.yaml`));
      const objectsOf = (text: string) => parseManifests(name, text).objects.map(({ object }) => object);
      expect(objectsOf(output)).toEqual(objectsOf(onRecord(`${name}/output.yaml`)));
    }
  });

  test("[R25] a document that does not parse is named with its place, the rest is converted, and the code is 2", async () => {
    const { code, errors } = await convert("-f", pathOf("nowhere.yaml"));
    expect(code).toBe(2);
    expect(errors).toContain("there is no such file or folder");
  });

  test("--compare runs both forms through the engine: nothing changes for the sample of the era", async () => {
    const { code, output } = await convert(
      "-f",
      "samples/v1alpha5/pools.yaml",
      "-f",
      "test/legacy/one-pod.yaml",
      "--compare",
      "-o",
      "json",
    );
    const { before, after, delta } = JSON.parse(output) as Record<
      "before" | "after" | "delta",
      { pricePerHour: number }
    >;
    expect(before.pricePerHour).toBeGreaterThan(0);
    expect([after.pricePerHour - before.pricePerHour, delta.pricePerHour]).toEqual([0, 0]);
    expect(code).toBe(1);
  });

  test("without files and without a cluster it says how to name either", async () => {
    const { code, errors } = await convert();
    expect([code, errors]).toEqual([2, expect.stringContaining("name files with -f, or a cluster with --kubeconfig")]);
  });

  test("of a cluster it takes the objects of the era and the settings map, and of v1beta1 only where v1 is not served", async () => {
    const cluster = await eraCluster({ keepPools: true });
    await cluster.apply(template(), provisioner("general", { ttlSecondsAfterEmpty: 30 }));
    const { objects, refusals } = await listObsolete(cluster.kube, new AbortController().signal);
    const found = objects.map(({ object }) => `${object.apiVersion} ${object.kind} ${object.metadata.name}`);
    expect([found.toSorted(), refusals]).toEqual([
      ["karpenter.k8s.aws/v1alpha1 AWSNodeTemplate default", "karpenter.sh/v1alpha5 Provisioner general"],
      [],
    ]);
    const written = convertObjects(objects.map(({ object }) => object)).flatMap((each) => each.objects);
    expect(written.map(({ object }) => object.kind).toSorted()).toEqual(["EC2NodeClass", "NodePool"]);
    expect(JSON.stringify(written)).not.toMatch(/resourceVersion|managedFields|"uid"/);
    await cluster.stop();
  });
});

describe("objects of v1beta1", () => {
  const run = async (...args: readonly string[]): Promise<Outcome> => cli(...args);

  test("are read by simulate as what they are converted to", async () => {
    const load = "test/legacy/one-pod.yaml";
    const old = await run("simulate", "-f", pathOf("v1beta1/input.yaml"), "-f", load, "-o", "json");
    const today = await run("simulate", "-f", pathOf("v1beta1/output.yaml"), "-f", load, "-o", "json");
    expect((JSON.parse(old.output) as { nodes: unknown[] }).nodes.length).toBeGreaterThan(0);
    expect(JSON.parse(old.output)).toEqual(JSON.parse(today.output));
    expect(old.errors).not.toContain("sample pools");
  });

  test("are read by lint: their pools are judged", async () => {
    const { output } = await run("lint", "-f", pathOf("v1beta1/input.yaml"), "-o", "json");
    const { findings } = JSON.parse(output) as { findings: { object: { kind: string; apiVersion: string } }[] };
    expect(findings.map(({ object }) => object.kind)).toContain("NodePool");
  });
});
