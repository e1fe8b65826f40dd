import { kubernetesVersion } from "../kubernetes-version.ts";

const [major = "", minor = ""] = kubernetesVersion.split(".");

/** Answer to `/version`. */
export const versionDocument = Object.freeze({
  major,
  minor,
  gitVersion: `v${kubernetesVersion}.0+karpenter-ts`,
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "embedded",
});
