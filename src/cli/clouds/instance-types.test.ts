import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readInstanceTypes } from "./instance-types.ts";

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "types.json");
  writeFileSync(file, text);
  return file;
}

it.each([undefined, ""])("are the generic ones where no file is named (%j)", async (file) => {
  const types = await readInstanceTypes(file);
  expect([types.length, types[0]?.name]).toEqual([144, "c-128x-amd64-linux"]);
});

it("are those of the file, in order of name", async () => {
  const typeNamed = (name: string) => ({
    name,
    architecture: "amd64",
    operatingSystems: ["linux"],
    resources: { cpu: "2", memory: "4Gi", pods: "10" },
    offerings: [
      {
        Price: 0.5,
        Available: true,
        Requirements: [
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
          { key: "topology.kubernetes.io/zone", operator: "In", values: ["a"] },
        ],
      },
    ],
  });
  const types = await readInstanceTypes(fileWith(JSON.stringify([typeNamed("b"), typeNamed("a")])));
  expect(types.map(({ name }) => name)).toEqual(["a", "b"]);
});

it("name the file and each place of it that is wrong", async () => {
  const file = fileWith('[{"name": 1}]');
  await expect(readInstanceTypes(file)).rejects.toThrow(`${file}: [0].name`);
});

it("name the flag when the file is not there", async () => {
  await expect(readInstanceTypes("/nowhere/types.json")).rejects.toThrow(
    "the instance types of --instance-types-file-path cannot be read: ENOENT",
  );
});
