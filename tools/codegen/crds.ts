/** `deploy/crds/*.yaml` from the schemas in `src/api`. */
import { stringify } from "yaml";
import type { CustomResourceDefinition } from "../../src/api/index.ts";
import { customResourceDefinitions } from "../../src/api/index.ts";
import type { GeneratedFile, Generator } from "./generator.ts";

const header = "# Generated from src/api/crds by `npm run gen crds`. Do not edit.\n";

function toFile(crd: CustomResourceDefinition): GeneratedFile {
  const { group, names } = crd.spec;
  return {
    path: `deploy/crds/${group}_${names.plural}.yaml`,
    text: header + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
  };
}

export const crdGenerator: Generator = {
  name: "crds",
  folder: "deploy/crds",
  generate: () => customResourceDefinitions.map(toFile),
};
