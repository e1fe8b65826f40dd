/** Rules of an EC2NodeClass's volumes (spec: api 4.3). */
import { ec2NodeClass, repeated } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

type Part = Readonly<Record<string, unknown>>;

const field = "spec.blockDeviceMappings";

const row = (
  name: string,
  rule: string,
  lists: { readonly good: readonly Part[]; readonly bad: readonly Part[] },
  cause: RuleRow["cause"],
): RuleRow => ({
  id: `ec2nodeclass-volumes-${name}`,
  section: "4.3",
  rule,
  accepted: ec2NodeClass({ blockDeviceMappings: lists.good }),
  refused: ec2NodeClass({ blockDeviceMappings: lists.bad }),
  cause,
});

const sized = (volumeSize: string): Part => ({ deviceName: "/dev/xvda", ebs: { volumeSize } });

const sizeRow = (name: string, rule: string, good: readonly string[], bad: string): RuleRow =>
  row(
    `size-${name}`,
    rule,
    { good: good.map(sized), bad: [sized(bad)] },
    {
      field: `${field}[0].ebs.volumeSize`,
      message: "should match",
    },
  );

const rate = (volumeInitializationRate: number): Part => ({ ebs: { snapshotID: "snap-1", volumeInitializationRate } });

export const ec2VolumeRows: readonly RuleRow[] = [
  row(
    "maximum",
    "at most 50 volumes",
    { good: repeated(50, sized("20Gi")), bad: repeated(51, sized("20Gi")) },
    {
      field,
      message: "must have at most 50 items",
    },
  ),
  row(
    "one-root",
    "at most one root volume",
    {
      good: [
        { ...sized("4Gi"), rootVolume: false },
        { ...sized("20Gi"), rootVolume: true },
      ],
      bad: repeated(2, { ...sized("4Gi"), rootVolume: true }),
    },
    { field, message: "at most one device may have 'rootVolume' set" },
  ),
  row(
    "size-or-snapshot",
    "a volume has a size or a snapshot",
    { good: [{ ebs: { snapshotID: "snap-1" } }, { deviceName: "/dev/xvdb" }], bad: [{ ebs: { encrypted: true } }] },
    {
      field: `${field}[0].ebs`,
      message: "'snapshotID' or 'volumeSize' must be set",
    },
  ),
  row(
    "rate-with-snapshot",
    "an initialization rate needs a snapshot",
    { good: [rate(100)], bad: [{ ebs: { volumeSize: "20Gi", volumeInitializationRate: 200 } }] },
    { field: `${field}[0].ebs`, message: "'volumeInitializationRate' needs 'snapshotID'" },
  ),
  row(
    "rate-with-named-snapshot",
    "an empty snapshot is none",
    { good: [rate(200)], bad: [{ ebs: { volumeSize: "20Gi", snapshotID: "", volumeInitializationRate: 200 } }] },
    { field: `${field}[0].ebs`, message: "'volumeInitializationRate' needs 'snapshotID'" },
  ),
  row(
    "rate-minimum",
    "a rate is at least 100",
    { good: [rate(100)], bad: [rate(99)] },
    {
      field: `${field}[0].ebs.volumeInitializationRate`,
      message: "greater than or equal to 100",
    },
  ),
  row(
    "rate-maximum",
    "a rate is at most 300",
    { good: [rate(300)], bad: [rate(301)] },
    {
      field: `${field}[0].ebs.volumeInitializationRate`,
      message: "less than or equal to 300",
    },
  ),
  row(
    "type-values",
    "there are seven types",
    {
      good: ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"].map((volumeType) => ({
        ebs: { volumeSize: "1Gi", volumeType },
      })),
      bad: [{ ebs: { volumeSize: "1Gi", volumeType: "gp4" } }],
    },
    { field: `${field}[0].ebs.volumeType`, message: "supported values" },
  ),
  row(
    "iops-integer",
    "iops has no range, but is an integer",
    {
      good: [{ ebs: { volumeSize: "1Gi", iops: 0, throughput: 999_999 } }],
      bad: [{ ebs: { volumeSize: "1Gi", iops: "3000" } }],
    },
    {
      field: `${field}[0].ebs.iops`,
      message: "must be of type integer",
    },
  ),
  row(
    "encrypted-boolean",
    "encrypted is true or false",
    {
      good: [{ ebs: { volumeSize: "1Gi", encrypted: true } }],
      bad: [{ ebs: { volumeSize: "1Gi", encrypted: "yes" } }],
    },
    {
      field: `${field}[0].ebs.encrypted`,
      message: "must be of type boolean",
    },
  ),
  sizeRow("unit", "a size has a unit", ["20Gi", "20G", "1Ti", "1T"], "20"),
  sizeRow("unit-known", "units are Gi, G, Ti and T", ["100G"], "100Mi"),
  sizeRow("not-zero", "a size is not 0; the unit alone passes", ["Ti", "T"], "0Gi"),
  sizeRow("gi-maximum", "at most 59000Gi", ["59000Gi"], "59001Gi"),
  sizeRow("g-maximum", "at most 64000G", ["64000G"], "64001G"),
  sizeRow("ti-maximum", "at most 58Ti", ["58Ti"], "59Ti"),
  sizeRow("t-maximum", "at most 64T", ["64T"], "65T"),
  ...["18Ti", "19Ti", "28Ti", "29Ti", "38Ti", "39Ti", "48Ti", "49Ti"].map((size) =>
    sizeRow(`gap-${size.toLowerCase()}`, "the pattern has gaps", ["17Ti", "50Ti"], size),
  ),
];
