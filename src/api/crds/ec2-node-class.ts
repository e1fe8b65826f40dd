/** CRD of EC2NodeClass (spec: api 4). */
import { parseAmiAlias } from "../aws/ami-alias.ts";
import type { EC2NodeClassSpec } from "../aws/ec2-node-class.ts";
import { ec2NodeClassType } from "../aws/ec2-node-class.ts";
import { cloudTags } from "../labels/tags.ts";
import type { AdmissionRule } from "../schema/node.ts";
import { bool, int32, map, obj, rule, str } from "../schema/node.ts";
import type { KindDefinition } from "./definition.ts";
import { ageColumn, readyColumn, textColumn, wide } from "./definition.ts";
import { blockDeviceMappings, connectionTracking, metadataOptions, networkInterfaces } from "./ec2-machine.ts";
import {
  amiSelectorTerms,
  capacityReservationSelectorTerms,
  securityGroupSelectorTerms,
  subnetSelectorTerms,
} from "./ec2-selectors.ts";
import { ec2NodeClassStatus } from "./ec2-status.ts";

type Tags = Readonly<Record<string, string>>;

const tagRule = (cel: string, message: string, holds: (key: string) => boolean): AdmissionRule =>
  rule<Tags>({ cel: `self.all(k, ${cel})`, message, check: (self) => Object.keys(self).every(holds) });

const tagKeyRefused = (key: string): AdmissionRule =>
  tagRule(`k != '${key}'`, `tag "${key}" is restricted`, (candidate) => candidate !== key);

const tags = map(
  "Tags for all cloud resources that are made for the nodes.",
  { type: "string" },
  {
    rules: [
      tagRule("k != ''", "tag keys may not be empty", (key) => key !== ""),
      tagKeyRefused(cloudTags.eksClusterName),
      tagRule(
        "!k.startsWith('kubernetes.io/cluster')",
        'tags starting with "kubernetes.io/cluster" are restricted',
        (key) => !key.startsWith("kubernetes.io/cluster"),
      ),
      tagKeyRefused(cloudTags.nodePool),
      tagKeyRefused(cloudTags.nodeClaim),
      tagKeyRefused(cloudTags.ec2NodeClass),
    ],
  },
);

type PlacementGroupSelector = NonNullable<EC2NodeClassSpec["placementGroupSelector"]>;

const placementGroupSelector = obj(
  "The placement group of all launches.",
  {
    name: str("Name of the group.", { minLength: 1 }),
    id: str("Id of the group.", { pattern: "^pg-[0-9a-z]+$" }),
  },
  {
    rules: [
      rule<PlacementGroupSelector>({
        cel: "has(self.name) != has(self.id)",
        message: "exactly one of 'name', 'id' must be set",
        check: (self) => (self.name === undefined) !== (self.id === undefined),
      }),
    ],
  },
);

const aliasesOf = (spec: EC2NodeClassSpec): readonly string[] =>
  spec.amiSelectorTerms.flatMap((term) => (term.alias === undefined ? [] : [term.alias]));

const specRules = [
  rule<EC2NodeClassSpec>({
    cel: "has(self.role) != has(self.instanceProfile)",
    message: "exactly one of 'role', 'instanceProfile' must be set",
    check: (self) => (self.role === undefined) !== (self.instanceProfile === undefined),
  }),
  rule<EC2NodeClassSpec>({
    cel: "has(self.amiFamily) || self.amiSelectorTerms.exists(x, has(x.alias))",
    message: "'amiFamily' must be set when no term of 'amiSelectorTerms' has an 'alias'",
    check: (self) => self.amiFamily !== undefined || aliasesOf(self).length > 0,
  }),
  rule<EC2NodeClassSpec>({
    cel: "!has(self.amiFamily) || self.amiFamily == 'Custom' || !self.amiSelectorTerms.exists(x, has(x.alias)) || self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.startsWith(self.amiFamily.lowerAscii() + '@'))",
    message: "'amiFamily' must be the family of the 'alias', or Custom",
    check: (self) =>
      self.amiFamily === undefined ||
      self.amiFamily === "Custom" ||
      aliasesOf(self).length === 0 ||
      aliasesOf(self).some((alias) => parseAmiAlias(alias)?.family === self.amiFamily),
  }),
];

const spec = obj(
  "How machines are launched on AWS.",
  {
    subnetSelectorTerms,
    securityGroupSelectorTerms,
    amiSelectorTerms,
    capacityReservationSelectorTerms,
    placementGroupSelector,
    amiFamily: str("Image family: decides on the form of the user data and on the default volumes.", {
      enum: ["AL2", "AL2023", "Bottlerocket", "Custom", "Windows2019", "Windows2022", "Windows2025"],
    }),
    userData: str("User data to merge with that of the image family."),
    role: str("IAM role of the nodes. An instance profile is kept for it.", { minLength: 1 }),
    instanceProfile: str("Instance profile of the nodes, made beforehand.", { minLength: 1 }),
    tags,
    // Open on purpose: the controller judges the kubelet's own configuration type, and reports by a condition.
    kubelet: {
      description: "Kubelet configuration. Checked by the controller, not at admission.",
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    },
    blockDeviceMappings,
    instanceStorePolicy: str("What to do with local disks.", { enum: ["RAID0"] }),
    networkInterfaces,
    associatePublicIPAddress: bool("Whether nodes get a public address. Absent means as the subnet says."),
    ipPrefixCount: int32("Number of address prefixes on the network interface.", { minimum: 0 }),
    detailedMonitoring: bool("Whether detailed monitoring is on."),
    metadataOptions,
    connectionTracking,
    context: str("Reserved value of EC2, passed on at fleet creation."),
    cpuOptions: obj("Processor settings.", {
      nestedVirtualization: str("Whether the machine can host virtual machines.", { enum: ["enabled", "disabled"] }),
    }),
  },
  { required: ["amiSelectorTerms", "securityGroupSelectorTerms", "subnetSelectorTerms"], rules: specRules },
);

export const ec2NodeClassDefinition: KindDefinition = {
  type: ec2NodeClassType,
  description: "EC2NodeClass says how machines are launched on AWS.",
  shortNames: ["ec2nc", "ec2ncs"],
  categories: ["karpenter"],
  columns: [readyColumn, ageColumn, textColumn("Role", ".spec.role", wide)],
  spec,
  status: ec2NodeClassStatus,
  // Upstream accepts an object without any spec (sharp edge 20).
  specRequired: false,
};
