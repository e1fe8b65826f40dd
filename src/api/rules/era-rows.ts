/** Rules of Provisioner, Machine and AWSNodeTemplate that their CRDs tell without a webhook (spec: v1alpha5 1.4, 2.3). */
import type { Manifest, RuleRow } from "./rule-case.ts";

type Part = Readonly<Record<string, unknown>>;

const provisioner = (spec: Part): Manifest => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: {},
  spec,
});

const machine = (spec: Part): Manifest => ({ ...provisioner(spec), kind: "Machine" });

const selectors = {
  subnetSelector: { "karpenter.sh/discovery": "demo" },
  securityGroupSelector: { "karpenter.sh/discovery": "demo" },
};

const template = (spec: Part): Manifest => ({
  apiVersion: "karpenter.k8s.aws/v1alpha1",
  kind: "AWSNodeTemplate",
  metadata: {},
  spec: { subnetSelector: selectors.subnetSelector, ...spec },
});

const grouped = (spec: Part): Manifest => template({ ...selectors, ...spec });

interface Shorthand {
  readonly id: string;
  readonly section: string;
  readonly rule: string;
  readonly good: Part;
  readonly bad: Part;
  readonly field: string;
  readonly message: string;
}

const rowOf = (
  make: (spec: Part) => Manifest,
  { id, section, rule, good, bad, field, message }: Shorthand,
): RuleRow => ({
  id,
  section: `v1alpha5 ${section}`,
  rule,
  accepted: make(good),
  refused: make(bad),
  cause: { field, message },
});

const pool = (row: Omit<Shorthand, "section">): RuleRow => rowOf(provisioner, { section: "1.4", ...row });
const node = (row: Omit<Shorthand, "section">): RuleRow => rowOf(grouped, { section: "2.3", ...row });

const taint = (effect: string): Part => ({ key: "example.com/a", effect });
const required = (key: string, operator: string, ...values: readonly string[]): Part => ({
  requirements: [{ key, operator, values }],
});

const provisionerRows: readonly RuleRow[] = [
  pool({
    id: "provisioner-expiry-not-negative",
    rule: "ttlSecondsUntilExpired is not negative",
    good: { ttlSecondsUntilExpired: 0 },
    bad: { ttlSecondsUntilExpired: -1 },
    field: "spec.ttlSecondsUntilExpired",
    message: "greater than or equal to 0",
  }),
  pool({
    id: "provisioner-empty-not-negative",
    rule: "ttlSecondsAfterEmpty is not negative",
    good: { ttlSecondsAfterEmpty: 0 },
    bad: { ttlSecondsAfterEmpty: -1 },
    field: "spec.ttlSecondsAfterEmpty",
    message: "greater than or equal to 0",
  }),
  pool({
    id: "provisioner-empty-or-consolidation",
    rule: "an empty TTL excludes consolidation, not its absence",
    good: { ttlSecondsAfterEmpty: 30, consolidation: { enabled: false } },
    bad: { ttlSecondsAfterEmpty: 0, consolidation: { enabled: true } },
    field: "spec",
    message: "expected exactly one, got both (ttlSecondsAfterEmpty, consolidation.enabled)",
  }),
  pool({
    id: "provisioner-one-provider",
    rule: "provider and providerRef exclude each other",
    good: { provider: selectors },
    bad: { provider: selectors, providerRef: { name: "default" } },
    field: "spec",
    message: "expected exactly one, got both (provider, providerRef)",
  }),
  pool({
    id: "provisioner-label-own-name",
    rule: "the label of the Provisioner's name is the controller's",
    good: { labels: { "billing-team": "my-team" } },
    bad: { labels: { "karpenter.sh/provisioner-name": "other" } },
    field: "spec.labels",
    message: 'label "karpenter.sh/provisioner-name" is restricted',
  }),
  pool({
    id: "provisioner-label-domain",
    rule: "labels of restricted domains are refused, domains compared as plain text",
    good: { labels: { "node.kubernetes.io/team": "a", "kops.k8s.io/group": "b" } },
    bad: { labels: { "mykarpenter.sh/team": "a" } },
    field: "spec.labels",
    message: "label domain is restricted",
  }),
  pool({
    id: "provisioner-label-value",
    rule: "a label's value has the syntax of label values",
    good: { labels: { team: "a.b" } },
    bad: { labels: { team: "a b" } },
    field: "spec.labels.team",
    message: "should match",
  }),
  pool({
    id: "provisioner-taint-key",
    rule: "a taint has a key",
    good: { taints: [taint("NoSchedule")] },
    bad: { taints: [{ key: "", effect: "NoSchedule" }] },
    field: "spec.taints[0].key",
    message: "at least 1",
  }),
  pool({
    id: "provisioner-taint-effect",
    rule: "a taint's effect is one of three, or empty",
    good: { taints: [taint("")] },
    bad: { startupTaints: [taint("Evict")] },
    field: "spec.startupTaints[0].effect",
    message: "Unsupported value",
  }),
  pool({
    id: "provisioner-taint-twice",
    rule: "a key may have several effects, but each once",
    good: { taints: [taint("NoSchedule"), taint("NoExecute")] },
    bad: { taints: [taint("NoSchedule"), taint("NoSchedule")] },
    field: "spec.taints",
    message: "duplicate taint Key/Effect pair",
  }),
  pool({
    id: "provisioner-requirement-own-name",
    rule: "the Provisioner's name is no requirement",
    good: required("karpenter.sh/capacity-type", "In", "spot"),
    bad: required("karpenter.sh/provisioner-name", "Exists"),
    field: "spec.requirements[0].key",
    message: 'label "karpenter.sh/provisioner-name" is restricted',
  }),
  pool({
    id: "provisioner-requirement-domain",
    rule: "a requirement's key is well known, an alias, or of no restricted domain",
    good: required("beta.kubernetes.io/arch", "In", "amd64"),
    bad: required("kubernetes.io/hostname", "Exists"),
    field: "spec.requirements[0].key",
    message: "label domain is restricted",
  }),
  pool({
    id: "provisioner-requirement-operator",
    rule: "there are six operators",
    good: required("example.com/a", "DoesNotExist"),
    bad: required("karpenter.k8s.aws/instance-cpu", "Gte", "4"),
    field: "spec.requirements[0].operator",
    message: "Unsupported value",
  }),
  pool({
    id: "provisioner-requirement-in",
    rule: "In needs a value, NotIn does not",
    good: required("example.com/a", "NotIn"),
    bad: required("example.com/a", "In"),
    field: "spec.requirements",
    message: "requirements with operator 'In' must have a value defined",
  }),
  pool({
    id: "provisioner-requirement-number",
    rule: "Gt and Lt need one integer that is not negative",
    good: required("karpenter.k8s.aws/instance-generation", "Gt", "0"),
    bad: required("karpenter.k8s.aws/instance-generation", "Lt", "-1"),
    field: "spec.requirements",
    message: "must have a single positive integer value",
  }),
  pool({
    id: "provisioner-weight-minimum",
    rule: "the weight is at least 1, a literal 0 is refused",
    good: { weight: 1 },
    bad: { weight: 0 },
    field: "spec.weight",
    message: "greater than or equal to 1",
  }),
  pool({
    id: "provisioner-weight-maximum",
    rule: "the weight is at most 100",
    good: { weight: 100 },
    bad: { weight: 101 },
    field: "spec.weight",
    message: "less than or equal to 100",
  }),
  pool({
    id: "provisioner-container-runtime",
    rule: "the container runtime is dockerd or containerd",
    good: { kubeletConfiguration: { containerRuntime: "dockerd" } },
    bad: { kubeletConfiguration: { containerRuntime: "crio" } },
    field: "spec.kubeletConfiguration.containerRuntime",
    message: "Unsupported value",
  }),
  pool({
    id: "provisioner-image-percent",
    rule: "thresholds of image collection are percentages; equal ones pass",
    good: { kubeletConfiguration: { imageGCHighThresholdPercent: 80, imageGCLowThresholdPercent: 80 } },
    bad: { kubeletConfiguration: { imageGCHighThresholdPercent: 101 } },
    field: "spec.kubeletConfiguration.imageGCHighThresholdPercent",
    message: "less than or equal to 100",
  }),
];

const templateRows: readonly RuleRow[] = [
  node({
    id: "awsnodetemplate-selector-values",
    rule: "a selector's value is not empty; * means any",
    good: { amiSelector: { team: "*" } },
    bad: { amiSelector: { team: "" } },
    field: "spec.amiSelector",
    message: "empty keys and values aren't supported",
  }),
  node({
    id: "awsnodetemplate-selector-ids-alone",
    rule: "ids stand alone in a selector",
    good: { subnetSelector: { "aws-ids": "subnet-1,subnet-2" } },
    bad: { subnetSelector: { "aws::ids": "subnet-1", team: "a" } },
    field: "spec.subnetSelector",
    message: "an id filter is mutually exclusive with all other filters",
  }),
  rowOf(template, {
    id: "awsnodetemplate-groups-or-template",
    section: "2.3",
    rule: "security groups are selected, or come with a launch template",
    good: { launchTemplate: "my-template" },
    bad: {},
    field: "spec",
    message: "missing field(s) securityGroupSelector",
  }),
  rowOf(template, {
    id: "awsnodetemplate-launch-template-alone",
    section: "2.3",
    rule: "a launch template excludes what it holds itself; an empty list of volumes is nothing",
    good: { launchTemplate: "my-template", blockDeviceMappings: [] },
    bad: { launchTemplate: "my-template", userData: "#!/bin/sh" },
    field: "spec",
    message: "expected exactly one, got both (launchTemplate",
  }),
  node({
    id: "awsnodetemplate-family",
    rule: "the image family is a known one",
    good: { amiFamily: "Ubuntu" },
    bad: { amiFamily: "AL2023" },
    field: "spec.amiFamily",
    message: "Unsupported value",
  }),
  node({
    id: "awsnodetemplate-custom-images",
    rule: "family Custom needs a selector of images",
    good: { amiFamily: "Custom", amiSelector: { "aws::name": "my-image" } },
    bad: { amiFamily: "Custom" },
    field: "spec",
    message: "missing field(s) amiSelector",
  }),
  node({
    id: "awsnodetemplate-metadata-endpoint",
    rule: "the metadata service is enabled or disabled",
    good: { metadataOptions: { httpEndpoint: "disabled" } },
    bad: { metadataOptions: { httpEndpoint: "off" } },
    field: "spec.metadataOptions.httpEndpoint",
    message: "Unsupported value",
  }),
  node({
    id: "awsnodetemplate-metadata-hops",
    rule: "answers of the metadata service take 1 to 64 hops",
    good: { metadataOptions: { httpPutResponseHopLimit: 64 } },
    bad: { metadataOptions: { httpPutResponseHopLimit: 65 } },
    field: "spec.metadataOptions.httpPutResponseHopLimit",
    message: "less than or equal to 64",
  }),
  node({
    id: "awsnodetemplate-volume-name",
    rule: "a volume has a device name",
    good: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "20Gi" } }] },
    bad: { blockDeviceMappings: [{ ebs: { volumeSize: "20Gi" } }] },
    field: "spec.blockDeviceMappings[0].deviceName",
    message: "Required value",
  }),
  node({
    id: "awsnodetemplate-volume-sized",
    rule: "a volume has a size or a snapshot",
    good: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { snapshotID: "snap-1" } }] },
    bad: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: true } }] },
    field: "spec.blockDeviceMappings[0].ebs",
    message: "missing field(s) volumeSize",
  }),
  node({
    id: "awsnodetemplate-tag-key",
    rule: "a tag has a key",
    good: { tags: { team: "" } },
    bad: { tags: { "": "a" } },
    field: "spec.tags",
    message: "empty tag keys aren't supported",
  }),
  node({
    id: "awsnodetemplate-tag-restricted",
    rule: "tags of the controller are its own",
    good: { tags: { Name: "mine" } },
    bad: { tags: { "karpenter.sh/managed-by": "demo" } },
    field: "spec.tags",
    message: "tag is restricted",
  }),
];

export const eraRows: readonly RuleRow[] = [
  ...provisionerRows,
  rowOf(machine, {
    id: "machine-max-pods",
    section: "4.10",
    rule: "the most pods on a node are not negative",
    good: { kubelet: { maxPods: 0 } },
    bad: { kubelet: { maxPods: -1 } },
    field: "spec.kubelet.maxPods",
    message: "greater than or equal to 0",
  }),
  ...templateRows,
];
