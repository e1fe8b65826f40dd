/** Builds the page into `dist/dashboard`. Paths in it are relative, so that it works behind any prefix. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder("."),
  base: "./",
  build: {
    outDir: folder("../../dist/dashboard"),
    emptyOutDir: true,
    target: "es2023",
    // The policy of the server allows no inline content, and data URLs for images alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.txt" },
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
});
