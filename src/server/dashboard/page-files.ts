/** The built page: few files, read once, each with its type and a tag by which browsers ask whether it changed. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { failed, ok, type Result } from "../../core/index.ts";

export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly tag: string;
  /** Names that hold a hash of their content never change. */
  readonly isImmutable: boolean;
}

export interface PageFiles {
  /** By path below the page's address; the page itself is "". */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Changes with any of the files. */
  readonly build: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".yaml": "text/plain; charset=utf-8",
  ".tf": "text/plain; charset=utf-8",
};

/** Fails where the folder is not there or holds no page: it is made by the package's build. */
export async function readPageFiles(
  folder: string,
): Promise<Result<PageFiles, { readonly kind: "not-built"; readonly message: string }>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = names.filter((entry) => entry.isFile() && extname(entry.name) in types);
  const entries = await Promise.all(
    found.map(async ({ parentPath, name }): Promise<readonly [string, PageFile]> => {
      const body = await readFile(join(parentPath, name));
      const path = join(parentPath, name).slice(folder.length + 1);
      const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 16)}"`;
      const contentType = types[extname(name)] ?? "application/octet-stream";
      return [path === "index.html" ? "" : path, { contentType, body, tag, isImmutable: path.startsWith("assets/") }];
    }),
  );
  const indexes = entries
    .filter(([path]) => path.endsWith("/index.html"))
    .map(([path, file]): readonly [string, PageFile] => [path.slice(0, -"index.html".length), file]);
  const files = new Map([...entries, ...indexes].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  if (!files.has("")) return failed({ kind: "not-built", message: `${folder} holds no index.html` });
  const build = createHash("sha256").update([...files].map(([path, { tag }]) => `${path} ${tag}`).join("\n"));
  return ok({ files, build: build.digest("base64url").slice(0, 12) });
}
