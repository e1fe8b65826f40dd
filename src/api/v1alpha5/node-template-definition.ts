/** CRD of AWSNodeTemplate (spec: v1alpha5 2), with the webhook's rules where a schema can tell them. */
import type { KindDefinition } from "../crds/definition.ts";
import { quantity } from "../crds/fields.ts";
import { clusterTagKey } from "../labels/tags.ts";
import { bool, int64, list, map, obj, rule, type SchemaNode, str } from "../schema/node.ts";
import { machineRequirements } from "./fields.ts";
import { eraAmiFamilies, eraTags } from "./names.ts";
import {
  awsNodeTemplateType,
  type EraBlockDeviceMapping,
  type NodeTemplateSpec,
  type Selector,
} from "./node-template.ts";
import { isRestrictedEraTag, selectorIdKeys } from "./node-template-rules.ts";

const selectorRules = [
  rule<Selector>({
    cel: "self.all(k, k != '' && self[k] != '')",
    message: "empty keys and values aren't supported; '*' means any value",
    check: (self) => Object.entries(self).every(([key, value]) => key !== "" && value !== ""),
  }),
  rule<Selector>({
    cel: "!('aws-ids' in self || 'aws::ids' in self) || self.size() == 1",
    message: "an id filter is mutually exclusive with all other filters",
    check: (self) => Object.keys(self).length === 1 || !selectorIdKeys.some((key) => key in self),
  }),
];

const selector = (description: string): SchemaNode =>
  map(description, { type: "string" }, { maxProperties: 100, rules: selectorRules });

const onOff: readonly string[] = ["enabled", "disabled"];

const ebs = obj(
  "The EBS volume.",
  {
    deleteOnTermination: bool("Whether the volume goes with the instance."),
    encrypted: bool("Whether the volume is encrypted."),
    iops: int64("Input and output operations a second."),
    kmsKeyID: str("Key for encryption."),
    snapshotID: str("Snapshot that the volume is made from."),
    throughput: int64("Throughput in MiB a second."),
    volumeSize: { description: "Size of the volume, a quantity of bytes such as 100Gi.", ...quantity },
    volumeType: str("Type of the volume.", { enum: ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"] }),
  },
  {
    rules: [
      rule<NonNullable<EraBlockDeviceMapping["ebs"]>>({
        cel: "has(self.snapshotID) || has(self.volumeSize)",
        message: "missing field(s) volumeSize",
        check: (self) => self.snapshotID !== undefined || self.volumeSize !== undefined,
      }),
    ],
  },
);

const tags = map(
  "Tags of all cloud resources that are made for the nodes.",
  { type: "string" },
  {
    maxProperties: 100,
    rules: [
      rule<Readonly<Record<string, string>>>({
        cel: "self.all(k, k != '')",
        message: "empty tag keys aren't supported",
        check: (self) => Object.keys(self).every((key) => key !== ""),
      }),
      rule<Readonly<Record<string, string>>>({
        cel: `self.all(k, !k.startsWith('${clusterTagKey("")}') && !(k in ['${eraTags.provisionerName}', '${eraTags.managedBy}']))`,
        message: "tag is restricted",
        check: (self) => !Object.keys(self).some(isRestrictedEraTag),
      }),
    ],
  },
);

const plainlyExcluded = [
  "securityGroupSelector",
  "metadataOptions",
  "amiFamily",
  "instanceProfile",
  "userData",
  "amiSelector",
] as const;

const specRules = [
  rule<NodeTemplateSpec>({
    cel: "has(self.securityGroupSelector) || has(self.launchTemplate)",
    message: "missing field(s) securityGroupSelector",
    check: (self) => self.securityGroupSelector !== undefined || self.launchTemplate !== undefined,
  }),
  rule<NodeTemplateSpec>({
    cel: `!has(self.launchTemplate) || !(${plainlyExcluded.map((field) => `has(self.${field})`).join(" || ")} || (has(self.blockDeviceMappings) && self.blockDeviceMappings.size() > 0))`,
    message: `expected exactly one, got both (launchTemplate, and one of ${plainlyExcluded.join(", ")}, blockDeviceMappings)`,
    check: (self) =>
      self.launchTemplate === undefined ||
      (plainlyExcluded.every((field) => self[field] === undefined) && (self.blockDeviceMappings ?? []).length === 0),
  }),
  rule<NodeTemplateSpec>({
    cel: "!has(self.amiFamily) || self.amiFamily != 'Custom' || has(self.amiSelector)",
    message: "missing field(s) amiSelector",
    check: (self) => self.amiFamily !== "Custom" || self.amiSelector !== undefined,
  }),
];

const spec = obj(
  "How machines are launched on AWS.",
  {
    apiVersion: str("Left over from the inline form; ignored."),
    kind: str("Left over from the inline form; ignored."),
    amiFamily: str("Image family. AL2 where absent.", { enum: eraAmiFamilies }),
    amiSelector: selector("Images by tags, ids, names and owners. Absent means those of the family."),
    userData: str("User data to merge with that of the image family."),
    subnetSelector: selector("Subnets by tags or ids."),
    securityGroupSelector: selector("Security groups by tags or ids; all that match are attached."),
    instanceProfile: str("Instance profile of the nodes."),
    launchTemplate: str("Name of a launch template that is managed elsewhere."),
    metadataOptions: obj("Settings of the metadata service.", {
      httpEndpoint: str("Whether it answers.", { enum: onOff }),
      httpProtocolIPv6: str("Whether it answers over IPv6.", { enum: onOff }),
      httpPutResponseHopLimit: int64("How many hops an answer may take.", { minimum: 1, maximum: 64 }),
      httpTokens: str("Whether a token is asked for.", { enum: ["required", "optional"] }),
    }),
    blockDeviceMappings: list(
      "Volumes of the machine. Absent means those of the image family.",
      obj("One volume.", { deviceName: str("Name of the device."), ebs }, { required: ["deviceName", "ebs"] }),
    ),
    tags,
    detailedMonitoring: bool("Whether detailed monitoring is on."),
    context: str("Reserved value of EC2, passed on at fleet creation."),
  },
  { required: ["subnetSelector"], rules: specRules },
);

const status = obj("What the selectors match.", {
  subnets: list(
    "Subnets, the one with most free addresses first.",
    obj("One subnet.", { id: str("Its id."), zone: str("Its zone.") }, { required: ["id", "zone"] }),
  ),
  securityGroups: list(
    "Security groups, in order of id.",
    obj("One group.", { id: str("Its id."), name: str("Its name.") }, { required: ["id"] }),
  ),
  amis: list(
    "Images.",
    obj(
      "One image.",
      { id: str("Its id."), name: str("Its name."), requirements: machineRequirements },
      { required: ["id", "requirements"] },
    ),
  ),
});

export const awsNodeTemplateDefinition: KindDefinition = {
  type: awsNodeTemplateType,
  description: "AWSNodeTemplate says how machines of Provisioners are launched on AWS.",
  categories: ["karpenter"],
  spec,
  status,
  specRequired: true,
};
