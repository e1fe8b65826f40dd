/** The facts that ship are what their sources say: EC2 as moto plays it, the price table, the limits of the Go module. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../tools/catalogue/moto-install.ts";

test("npm run gen:catalogue would leave no difference", async () => {
  const child = spawn(process.execPath, [join(root, "tools/catalogue/generate.ts"), "--check"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => void child.once("close", resolve));
  expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^\d{4} types, \d{4} network limits\n$/) });
});
