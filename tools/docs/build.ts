/** `node tools/docs/build.ts`: writes the documentation's pages into `dist/dashboard/docs`, where the server serves them. */
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSite, siteFiles } from "./site.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const target = join(root, "dist/dashboard/docs");
const site = readSite(join(root, "docs"));
rmSync(target, { recursive: true, force: true });
for (const [path, text] of siteFiles(site)) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), text);
}
copyFileSync(join(root, "tools/docs/style.css"), join(target, "style.css"));
// What pages link to beside each other: pictures, policies, schemas.
cpSync(join(root, "docs"), target, { recursive: true, filter: (path) => !path.endsWith(".md") });
console.log(`docs: ${site.pages.length} pages`);
