/** The Kubernetes version whose behaviour the embedded server follows. */
export const versionDocument = Object.freeze({
  major: "1",
  minor: "33",
  gitVersion: "v1.33.0+karpenter-ts",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "embedded",
});
