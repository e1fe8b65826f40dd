/** The Kubernetes version whose behaviour the embedded server follows. */
export const versionDocument = Object.freeze({
  major: "1",
  minor: "32",
  gitVersion: "v1.32.0+karpenter-ts",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "embedded",
});
