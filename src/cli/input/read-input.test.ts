import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readInput } from "./read-input.ts";

const object = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-input-"));
  await mkdir(join(folder, "inner"));
  await mkdir(join(folder, "empty"));
  await writeFile(join(folder, "b.yaml"), object("b"));
  await writeFile(join(folder, "a.yml"), object("a"));
  await writeFile(join(folder, "notes.txt"), "nothing");
  await writeFile(
    join(folder, "inner", "c.json"),
    JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const names = async (places: readonly string[], input = ""): Promise<readonly (string | undefined)[]> =>
  (await readInput(places, Readable.from([input]))).objects.map((entry) => entry.object.metadata.name);

describe("readInput", () => {
  it("reads a folder and the folders inside, in order of path, manifests only", async () => {
    expect(await names([folder])).toEqual(["a", "b", "c"]);
  });

  it("reads files and standard input in the order they are named", async () => {
    expect(await names([join(folder, "b.yaml"), "-"], object("stdin"))).toEqual(["b", "stdin"]);
  });

  it("says what is wrong with a folder that holds no manifest", async () => {
    await expect(names([join(folder, "empty")])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("the folder holds no manifest") as string,
    });
  });

  it("says what is wrong with a place that does not exist", async () => {
    await expect(names([join(folder, "missing.yaml")])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("there is no such file or folder") as string,
    });
  });
});
