import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { crdGenerator } from "./crds.ts";

const root = new URL("../../", import.meta.url);

test.each(crdGenerator.generate().map((file) => [file.path, file.text] as const))(
  "%s on disk is what the schemas say (else: npm run gen)",
  (path, text) => {
    expect(readFileSync(fileURLToPath(new URL(path, root)), "utf8")).toBe(text);
  },
);
