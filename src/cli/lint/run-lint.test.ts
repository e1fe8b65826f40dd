import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, describe, expect, test } from "vitest";
import { runCli } from "../program.ts";

const folder = mkdtempSync(join(tmpdir(), "lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function lint(...argv: readonly string[]) {
  const texts = { output: "", errors: "" };
  const streamTo = (name: keyof typeof texts) =>
    new PassThrough().on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
  const exitCode = await runCli(["lint", ...argv], {
    input: new PassThrough(),
    output: streamTo("output"),
    errors: streamTo("errors"),
    environment: {},
    signal: new AbortController().signal,
  });
  return { exitCode, ...texts };
}

const pool = (spec: string) =>
  `apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner\nmetadata: {name: a}\nspec: {${spec}}\n`;
const clean =
  "providerRef: {name: a}, ttlSecondsAfterEmpty: 60, ttlSecondsUntilExpired: 2592000, limits: {resources: {cpu: 9, memory: 9Gi}}";
const warned = file("warned.yaml", pool(clean.replace("ttlSecondsUntilExpired: 2592000, ", "")));
const fine = file("fine.yaml", pool(clean));
const broken = file("broken.yaml", `${pool(clean)}---\na: [\n`);

describe("exit codes", () => {
  test.each([
    [[fine], 0],
    [[warned], 1],
    [[warned, "--fail-on", "error"], 0],
    [[warned, "--ignore", "kbp308"], 0],
    [[broken], 2],
  ])("lint -f %j ends with %i", async ([path = "", ...flags], code) => {
    expect((await lint("-f", path, ...flags)).exitCode).toBe(code);
  });

  test("a document that does not parse is told with its place, and the others are still judged", async () => {
    const { errors, output } = await lint("-f", broken, "--output", "json");
    expect(errors).toMatch(/broken\.yaml:\d+:\d+: /);
    expect(JSON.parse(output)).toMatchObject({
      schema: "karpenter.lint/1",
      findings: expect.arrayContaining([expect.objectContaining({ rule: "KBP143" })]),
      suppressed: 0,
    });
    expect(output).toContain('{"rule":"KBP307","state":"pass"}');
  });
});

describe("wrong use", () => {
  test.each([
    [[], "nothing to look at"],
    [["-f", fine, "--ignore", "KBP999"], '"KBP999" is no rule that is built'],
    [["--explain", "KBP999"], '"KBP999" is no rule that is built'],
    [["-f", fine, "--region", "mars"], '"mars" is not in the catalogue'],
    [["-f", fine, "--logs", "/nowhere"], "--logs /nowhere: it cannot be read"],
    [["-f", fine, "--baseline", fine], "is no baseline"],
    [["-f", fine, "--config", file("bad.yaml", "ignore: [{rule: KBP999, reason: x}]")], "bad.yaml: ignore[0].rule"],
  ])("lint %j ends with 2 and says why", async (argv, text) => {
    expect(await lint(...argv)).toMatchObject({ exitCode: 2, output: "", errors: expect.stringContaining(text) });
  });
});

test("--explain tells how to silence a rule, and --rules lists what is built", async () => {
  expect((await lint("--explain", "kbp401")).output).toContain("KBP401 spot-narrow (warning)");
  expect((await lint("--rules")).output).toContain("KBP601 warning no-limits: ");
});

test("what a baseline holds is not told again", async () => {
  const baseline = join(folder, "baseline.json");
  expect((await lint("-f", warned, "--write-baseline", baseline)).exitCode).toBe(0);
  expect(readFileSync(baseline, "utf8")).toContain("KBP308 Provisioner a spec");
  expect(await lint("-f", warned, "--baseline", baseline)).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining("1 in the baseline"),
  });
});

test("an entry that has expired is told, and its finding is back", async () => {
  const config = file("config.yaml", "ignore: [{rule: KBP308, reason: soon, until: 2020-01-01}]");
  expect(await lint("-f", warned, "--config", config)).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining("the entry that ignores KBP308 for every object has expired on 2020-01-01"),
  });
});

test("--fix writes what is safe, prints the rest as patches, and the second time writes nothing", async () => {
  const text = pool(
    clean.replace("ttlSecondsUntilExpired: 2592000, ", "").replace("limits", "consolidation: {enabled: true}, limits"),
  );
  const path = file("fix.yaml", text);
  const first = await lint("-f", path, "--fix");
  expect(first.errors).toContain(`wrote 1 fix to ${path}`);
  expect(first.output).toContain("# KBP308: Nodes of Provisioner a are never renewed");
  expect(first.output).toContain("+spec: {providerRef: {name: a}, consolidation: {enabled: true},");
  expect(readFileSync(path, "utf8")).toBe(text.replace("ttlSecondsAfterEmpty: 60, ", ""));
  const second = await lint("-f", path, "--fix", "--output", "json");
  expect(second.errors).toContain("nothing to write");
  expect(JSON.parse(second.output)).toMatchObject({ findings: [{ rule: "KBP308", patch: expect.any(String) }] });
});
