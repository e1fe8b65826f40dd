/** Rules of EC2NodeClass on identity, image family, tags and the like (spec: api 4.1). */
import { specRow as row } from "./ec2-row.ts";
import { bareEc2NodeClass, ec2NodeClass, ec2Spec, without } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const noRole = without(ec2Spec, "role");
const oneIdentity = "exactly one of 'role', 'instanceProfile' must be set";
const byId = { amiSelectorTerms: [{ id: "ami-0123456789abcdef0" }] };
const aliasFamily = "'amiFamily' must be the family of the 'alias', or Custom";

const identity: readonly RuleRow[] = [
  {
    id: "ec2nodeclass-spec-optional",
    section: "9 (20)",
    rule: "an object without spec is accepted; a spec that is a text is not",
    accepted: bareEc2NodeClass({}),
    refused: bareEc2NodeClass({ spec: "default" }),
    cause: { field: "spec", message: "must be of type object" },
  },
  ...["subnetSelectorTerms", "securityGroupSelectorTerms", "amiSelectorTerms"].map(
    (member): RuleRow => ({
      id: `ec2nodeclass-${member.toLowerCase()}-required`,
      section: "4.1",
      rule: `${member} must be there`,
      accepted: ec2NodeClass(),
      refused: bareEc2NodeClass({ spec: without(ec2Spec, member) }),
      cause: { field: `spec.${member}`, message: "Required value" },
    }),
  ),
  {
    id: "ec2nodeclass-identity-missing",
    section: "4.1",
    rule: "a role or an instance profile is needed",
    accepted: bareEc2NodeClass({ spec: { ...noRole, instanceProfile: "nodes" } }),
    refused: bareEc2NodeClass({ spec: noRole }),
    cause: { field: "spec", message: oneIdentity },
  },
  row(
    "identity-twice",
    "not both of them",
    { good: {}, bad: { instanceProfile: "nodes" } },
    {
      field: "spec",
      message: oneIdentity,
    },
  ),
  row(
    "role-not-empty",
    "a role is not empty",
    { good: {}, bad: { role: "" } },
    {
      field: "spec.role",
      message: "at least 1 chars long",
    },
  ),
  {
    id: "ec2nodeclass-instanceprofile-not-empty",
    section: "4.1",
    rule: "an instance profile is not empty",
    accepted: bareEc2NodeClass({ spec: { ...noRole, instanceProfile: "nodes" } }),
    refused: bareEc2NodeClass({ spec: { ...noRole, instanceProfile: "" } }),
    cause: { field: "spec.instanceProfile", message: "at least 1 chars long" },
  },
  row(
    "family-values",
    "there are seven families",
    { good: { ...byId, amiFamily: "Windows2025" }, bad: { ...byId, amiFamily: "Ubuntu" } },
    { field: "spec.amiFamily", message: "supported values" },
  ),
  row(
    "family-without-alias",
    "without an alias the family is needed",
    { good: { ...byId, amiFamily: "AL2" }, bad: byId },
    {
      field: "spec",
      message: "'amiFamily' must be set when no term of 'amiSelectorTerms' has an 'alias'",
    },
  ),
  row(
    "family-of-alias",
    "the family is the alias's own",
    { good: { amiFamily: "AL2023" }, bad: { amiFamily: "AL2" } },
    {
      field: "spec",
      message: aliasFamily,
    },
  ),
  row(
    "family-custom",
    "Custom goes with any alias, Bottlerocket does not",
    { good: { amiFamily: "Custom" }, bad: { amiFamily: "Bottlerocket" } },
    { field: "spec", message: aliasFamily },
  ),
  row(
    "instancestorepolicy-values",
    "RAID0 is the only policy",
    { good: { instanceStorePolicy: "RAID0" }, bad: { instanceStorePolicy: "RAID1" } },
    {
      field: "spec.instanceStorePolicy",
      message: "supported values",
    },
  ),
  row(
    "ipprefixcount-minimum",
    "ipPrefixCount is at least 0",
    { good: { ipPrefixCount: 0 }, bad: { ipPrefixCount: -1 } },
    {
      field: "spec.ipPrefixCount",
      message: "greater than or equal to 0",
    },
  ),
  row(
    "detailedmonitoring-boolean",
    "detailedMonitoring is true or false",
    { good: { detailedMonitoring: true }, bad: { detailedMonitoring: "true" } },
    {
      field: "spec.detailedMonitoring",
      message: "must be of type boolean",
    },
  ),
  row(
    "publicaddress-boolean",
    "associatePublicIPAddress is true or false",
    { good: { associatePublicIPAddress: false }, bad: { associatePublicIPAddress: "no" } },
    { field: "spec.associatePublicIPAddress", message: "must be of type boolean" },
  ),
  row(
    "nestedvirtualization-values",
    "nestedVirtualization is enabled or disabled",
    { good: { cpuOptions: { nestedVirtualization: "disabled" } }, bad: { cpuOptions: { nestedVirtualization: "on" } } },
    { field: "spec.cpuOptions.nestedVirtualization", message: "supported values" },
  ),
  row(
    "kubelet-open",
    "any object is a kubelet configuration, a text is none",
    { good: { kubelet: { maxPods: "110", garbage: { deep: [1] } } }, bad: { kubelet: "maxPods: 110" } },
    { field: "spec.kubelet", message: "must be of type object" },
  ),
];

const placement = "exactly one of 'name', 'id' must be set";

const placementGroup: readonly RuleRow[] = [
  row(
    "placementgroup-one",
    "not name and id",
    { good: { placementGroupSelector: { name: "p" } }, bad: { placementGroupSelector: { name: "p", id: "pg-1" } } },
    {
      field: "spec.placementGroupSelector",
      message: placement,
    },
  ),
  row(
    "placementgroup-some",
    "name or id",
    { good: { placementGroupSelector: { id: "pg-0a" } }, bad: { placementGroupSelector: {} } },
    {
      field: "spec.placementGroupSelector",
      message: placement,
    },
  ),
  row(
    "placementgroup-name",
    "a name is not empty",
    { good: { placementGroupSelector: { name: "p" } }, bad: { placementGroupSelector: { name: "" } } },
    {
      field: "spec.placementGroupSelector.name",
      message: "at least 1 chars long",
    },
  ),
  row(
    "placementgroup-id",
    "an id is pg- and letters or digits, and nothing else",
    { good: { placementGroupSelector: { id: "pg-0a" } }, bad: { placementGroupSelector: { id: "my-pg-0a" } } },
    {
      field: "spec.placementGroupSelector.id",
      message: "should match",
    },
  ),
];

const tagRow = (name: string, bad: string, message: string): RuleRow =>
  row(
    `tags-${name}`,
    "fixed tags are not the user's",
    { good: { tags: { team: "a", Name: "n", "kubernetes.io/x": "" } }, bad: { tags: { [bad]: "x" } } },
    {
      field: "spec.tags",
      message,
    },
  );

const tags: readonly RuleRow[] = [
  tagRow("key-not-empty", "", "tag keys may not be empty"),
  tagRow("cluster", "kubernetes.io/cluster/demo", 'tags starting with "kubernetes.io/cluster" are restricted'),
  tagRow("cluster-lookalike", "kubernetes.io/clusters", 'tags starting with "kubernetes.io/cluster" are restricted'),
  ...["eks:eks-cluster-name", "karpenter.sh/nodepool", "karpenter.sh/nodeclaim", "karpenter.k8s.aws/ec2nodeclass"].map(
    (key) => tagRow(key.replaceAll(/[^a-z0-9]/g, "-"), key, `tag "${key}" is restricted`),
  ),
  row(
    "tags-text",
    "tag values are texts",
    { good: { tags: { a: "1" } }, bad: { tags: { a: 1 } } },
    {
      field: "spec.tags.a",
      message: "must be of type string",
    },
  ),
];

export const ec2Rows: readonly RuleRow[] = [...identity, ...placementGroup, ...tags];
