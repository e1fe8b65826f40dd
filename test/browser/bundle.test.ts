import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const assets = fileURLToPath(new URL("../../dist/dashboard/assets", import.meta.url));

/** Compressed, of all built files whose name matches. */
function kibibytesOf(name: RegExp): number {
  const files = readdirSync(assets).filter((file) => name.test(file));
  expect(files).not.toEqual([]);
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file)), { level: 9 }).length, 0) / 1024;
}

it("is a page of less than 200 KiB compressed, and an engine of less than 150 KiB that is loaded when asked", () => {
  const [page, engine] = [kibibytesOf(/^(?!worker).*\.(js|css)$/), kibibytesOf(/^worker.*\.js$/)];
  console.log(`page ${page.toFixed(1)} KiB (bar 200), engine ${engine.toFixed(1)} KiB (bar 150)`);
  expect(page).toBeLessThan(200);
  expect(engine).toBeLessThan(150);
});
