import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

interface Example {
  readonly title: string;
  readonly code: string;
  readonly output: string;
}

const page = readFileSync("docs/library.md", "utf8");

/** Names of the package as the sources that they are built from. */
const sources: Readonly<Record<string, string>> = {
  "karpenter-ts": "src/core/index.ts",
  "karpenter-ts/studies": "src/studies/index.ts",
  "karpenter-ts/manifests": "src/manifests/index.ts",
  "karpenter-ts/bound": "src/bound/index.ts",
};

const fromSources = (code: string): string =>
  code.replaceAll(/from "(karpenter-ts[^"]*)"/g, (_, name: string) => `from "${resolve(sources[name] ?? name)}"`);

function examples(): readonly Example[] {
  return page.split("\n## ").flatMap((section) => {
    const [, code, output] = /```ts\n([^]*?)```\n\n```text\n([^]*?)```/.exec(section) ?? [];
    const title = section.slice(0, section.indexOf("\n"));
    return code === undefined || output === undefined ? [] : [{ title, code, output }];
  });
}

it("has an example for what the page tells of", () => {
  expect(examples().length).toBe([...page.matchAll(/^```ts$/gm)].length);
  expect(examples().length).toBeGreaterThan(3);
});

it("prints what stands under each example", async () => {
  const folder = mkdtempSync(join(tmpdir(), "library-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [, shop = ""] = /```ts shop\.ts\n([^]*?)```/.exec(page) ?? [];
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "shop.ts"), fromSources(shop));
  const all = examples();
  for (const [at, { code }] of all.entries()) writeFileSync(join(folder, `example-${at}.ts`), fromSources(code));
  const main = all.map((_, at) => `await import("./example-${at}.ts"); console.log("--");`).join("\n");
  writeFileSync(join(folder, "main.ts"), main);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "main.ts")]);
  const printed = stdout.split("--\n").slice(0, -1);
  expect(Object.fromEntries(all.map(({ title }, at) => [title, printed[at]]))).toEqual(
    Object.fromEntries(all.map(({ title, output }) => [title, output])),
  );
});
