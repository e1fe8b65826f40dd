/** Nested objects of EC2NodeClass that describe the machine: volumes, network, metadata service (spec: api 4.3). */
import type { BlockDevice, BlockDeviceMapping, EC2NodeClassSpec } from "../aws/ec2-node-class.ts";
import { bool, int32, int64, list, obj, rule, str } from "../schema/node.ts";

/** Upstream's own pattern, with its gaps: `Ti` and `T` alone pass, `18Ti` and seven others do not (sharp edge 18). */
export const volumeSizePattern =
  "^((?:[1-9][0-9]{0,3}|[1-4][0-9]{4}|[5][0-8][0-9]{3}|59000)Gi|(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|[6][0-3][0-9]{3}|64000)G|([1-9]||[1-5][0-7]|58)Ti|([1-9]||[1-5][0-9]|6[0-3]|64)T)$";

const ebs = obj(
  "The EBS volume.",
  {
    deleteOnTermination: bool("Whether the volume goes with the instance."),
    encrypted: bool("Whether the volume is encrypted."),
    iops: int64("Input and output operations a second; 0 means unset."),
    kmsKeyID: str("Key for encryption."),
    snapshotID: str("Snapshot that the volume is made from."),
    throughput: int64("Throughput in MiB a second; 0 means unset."),
    volumeInitializationRate: int32("Rate in MiB a second at which the snapshot is downloaded.", {
      minimum: 100,
      maximum: 300,
    }),
    volumeSize: str("Size of the volume, in Gi, G, Ti or T.", { pattern: volumeSizePattern }),
    volumeType: str("Type of the volume.", { enum: ["standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"] }),
  },
  {
    rules: [
      rule<BlockDevice>({
        cel: "has(self.snapshotID) || has(self.volumeSize)",
        message: "'snapshotID' or 'volumeSize' must be set",
        check: (self) => self.snapshotID !== undefined || self.volumeSize !== undefined,
      }),
      rule<BlockDevice>({
        cel: "!has(self.volumeInitializationRate) || (has(self.snapshotID) && self.snapshotID != '')",
        message: "'volumeInitializationRate' needs 'snapshotID'",
        check: (self) => self.volumeInitializationRate === undefined || (self.snapshotID ?? "") !== "",
      }),
    ],
  },
);

export const blockDeviceMappings = list(
  "Volumes of the machine. Absent means those of the image family.",
  obj("One volume.", {
    deviceName: str("Name of the device."),
    ebs,
    rootVolume: bool("Whether the device holds the kubelet's root directory."),
  }),
  {
    maxItems: 50,
    rules: [
      rule<readonly BlockDeviceMapping[]>({
        cel: "self.filter(x, has(x.rootVolume) && x.rootVolume).size() <= 1",
        message: "at most one device may have 'rootVolume' set",
        check: (self) => self.filter((x) => x.rootVolume === true).length <= 1,
      }),
    ],
  },
);

type Interfaces = NonNullable<EC2NodeClassSpec["networkInterfaces"]>;

export const networkInterfaces = list(
  "Fixed layout of the network interfaces.",
  obj(
    "One network interface.",
    {
      networkCardIndex: int32("Index of the network card.", { minimum: 0 }),
      deviceIndex: int32("Index of the device on the card.", { minimum: 0 }),
      interfaceType: str("Type of the interface.", { enum: ["interface", "efa-only"] }),
    },
    { required: ["deviceIndex", "interfaceType", "networkCardIndex"] },
  ),
  {
    maxItems: 150,
    rules: [
      rule<Interfaces>({
        cel: "self.size() == 0 || self.exists(x, x.networkCardIndex == 0 && x.deviceIndex == 0 && x.interfaceType == 'interface')",
        message: "networkInterfaces must contain card 0, device 0, of type 'interface'",
        check: (self) => self.length === 0 || self.some(isPrimary),
      }),
      rule<Interfaces>({
        cel: "self.all(x, self.exists_one(y, x.networkCardIndex == y.networkCardIndex && x.deviceIndex == y.deviceIndex))",
        message: "'networkCardIndex' and 'deviceIndex' together must be unique",
        check: (self) => areUnique(self.map((x) => `${x.networkCardIndex}/${x.deviceIndex}`)),
      }),
      rule<Interfaces>({
        cel: "self.all(x, x.interfaceType != 'efa-only' || self.exists_one(y, y.interfaceType == 'efa-only' && x.networkCardIndex == y.networkCardIndex))",
        message: "at most one interface of type 'efa-only' for each network card",
        check: (self) => areUnique(self.filter((x) => x.interfaceType === "efa-only").map((x) => x.networkCardIndex)),
      }),
    ],
  },
);

function isPrimary(item: Interfaces[number]): boolean {
  return item.networkCardIndex === 0 && item.deviceIndex === 0 && item.interfaceType === "interface";
}

const areUnique = (items: readonly unknown[]): boolean => new Set(items).size === items.length;

const onOff = ["enabled", "disabled"];

/** The default fills the whole block: without it the fallback of the launch code would turn the service off (sharp edge 54). */
export const metadataOptions = obj(
  "Settings of the instance metadata service.",
  {
    httpEndpoint: str("Whether the service answers.", { default: "enabled", enum: onOff }),
    httpProtocolIPv6: str("Whether the service answers over IPv6.", { default: "disabled", enum: onOff }),
    httpPutResponseHopLimit: int64("How many network hops an answer may take.", {
      default: 1,
      minimum: 1,
      maximum: 64,
    }),
    httpTokens: str("Whether requests need a session token.", { default: "required", enum: ["required", "optional"] }),
  },
  {
    default: {
      httpEndpoint: "enabled",
      httpProtocolIPv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "required",
    },
  },
);

export const connectionTracking = obj(
  "Idle timeouts of connections, in seconds. Limits the choice to Nitro types.",
  {
    tcpEstablishedTimeout: int32("For established TCP connections.", { minimum: 60, maximum: 432_000 }),
    udpStreamTimeout: int32("For UDP flows with several requests.", { minimum: 60, maximum: 180 }),
    udpTimeout: int32("For UDP flows in one direction, or with one request.", { minimum: 30, maximum: 60 }),
  },
  {
    rules: [
      rule<NonNullable<EC2NodeClassSpec["connectionTracking"]>>({
        cel: "has(self.tcpEstablishedTimeout) || has(self.udpStreamTimeout) || has(self.udpTimeout)",
        message: "connectionTracking needs at least one timeout",
        check: (self) =>
          self.tcpEstablishedTimeout !== undefined ||
          self.udpStreamTimeout !== undefined ||
          self.udpTimeout !== undefined,
      }),
    ],
  },
);
