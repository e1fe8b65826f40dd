/** Rules of EC2NodeClass on metadata service, connection tracking and network interfaces (spec: api 4.3). */
import type { Part } from "./ec2-row.ts";
import { specRow as row } from "./ec2-row.ts";
import { repeated, without } from "./manifests.ts";
import type { RuleRow } from "./rule-case.ts";

const metadataRow = (member: string, good: unknown, bad: unknown, message: string): RuleRow =>
  row(
    `metadata-${member.toLowerCase()}-${String(bad)}`.replaceAll(/[^a-z0-9-]/g, "-"),
    `${member} has limits, and the rest of the block its defaults`,
    { good: { metadataOptions: { [member]: good } }, bad: { metadataOptions: { [member]: bad } } },
    { field: `spec.metadataOptions.${member}`, message },
  );

const metadataService: readonly RuleRow[] = [
  metadataRow("httpEndpoint", "disabled", "off", "supported values"),
  metadataRow("httpProtocolIPv6", "enabled", "on", "supported values"),
  metadataRow("httpTokens", "optional", "none", "supported values"),
  metadataRow("httpPutResponseHopLimit", 1, 0, "greater than or equal to 1"),
  metadataRow("httpPutResponseHopLimit", 64, 65, "less than or equal to 64"),
];

const trackingRow = (
  member: string,
  limit: "minimum" | "maximum",
  values: readonly [good: number, bad: number],
): RuleRow =>
  row(
    `tracking-${member.toLowerCase()}-${limit}`,
    `${member} has a ${limit}`,
    { good: { connectionTracking: { [member]: values[0] } }, bad: { connectionTracking: { [member]: values[1] } } },
    {
      field: `spec.connectionTracking.${member}`,
      message: `${limit === "minimum" ? "greater" : "less"} than or equal to ${values[0]}`,
    },
  );

const tracking: readonly RuleRow[] = [
  trackingRow("tcpEstablishedTimeout", "minimum", [60, 59]),
  trackingRow("tcpEstablishedTimeout", "maximum", [432_000, 432_001]),
  trackingRow("udpStreamTimeout", "minimum", [60, 59]),
  trackingRow("udpStreamTimeout", "maximum", [180, 181]),
  trackingRow("udpTimeout", "minimum", [30, 29]),
  trackingRow("udpTimeout", "maximum", [60, 61]),
  row(
    "tracking-not-empty",
    "an empty block is refused: leave it out",
    { good: {}, bad: { connectionTracking: {} } },
    {
      field: "spec.connectionTracking",
      message: "connectionTracking needs at least one timeout",
    },
  ),
];

const card = (networkCardIndex: number, deviceIndex: number, interfaceType = "interface"): Part => ({
  networkCardIndex,
  deviceIndex,
  interfaceType,
});

const interfaceRow = (
  name: string,
  rule: string,
  lists: { readonly good: readonly Part[]; readonly bad: readonly Part[] },
  cause: { readonly member?: string; readonly message: string },
): RuleRow =>
  row(
    `interfaces-${name}`,
    rule,
    { good: { networkInterfaces: lists.good }, bad: { networkInterfaces: lists.bad } },
    {
      field: cause.member === undefined ? "spec.networkInterfaces" : `spec.networkInterfaces[0].${cause.member}`,
      message: cause.message,
    },
  );

const interfaces: readonly RuleRow[] = [
  interfaceRow(
    "primary",
    "card 0 device 0 is an interface; an empty list needs none",
    { good: [], bad: [card(1, 0)] },
    {
      message: "networkInterfaces must contain card 0, device 0, of type 'interface'",
    },
  ),
  interfaceRow(
    "primary-type",
    "card 0 device 0 is not efa-only",
    { good: [card(0, 0), card(0, 1, "efa-only")], bad: [card(0, 0, "efa-only")] },
    {
      message: "networkInterfaces must contain card 0, device 0, of type 'interface'",
    },
  ),
  interfaceRow(
    "unique",
    "a place holds one interface",
    { good: [card(0, 0), card(1, 0)], bad: [card(0, 0), card(1, 1), card(1, 1)] },
    {
      message: "'networkCardIndex' and 'deviceIndex' together must be unique",
    },
  ),
  interfaceRow(
    "efa-only",
    "a card holds one efa-only interface",
    {
      good: [card(0, 0), card(0, 1, "efa-only"), card(1, 0, "efa-only")],
      bad: [card(0, 0), card(1, 0, "efa-only"), card(1, 1, "efa-only")],
    },
    { message: "at most one interface of type 'efa-only' for each network card" },
  ),
  interfaceRow(
    "maximum",
    "at most 150 interfaces",
    { good: [card(0, 0)], bad: repeated(151, card(0, 0)) },
    {
      message: "must have at most 150 items",
    },
  ),
  interfaceRow(
    "type-values",
    "a type is interface or efa-only",
    { good: [card(0, 0)], bad: [card(0, 0, "efa")] },
    {
      member: "interfaceType",
      message: "supported values",
    },
  ),
  ...["networkCardIndex", "deviceIndex"].map((member) =>
    interfaceRow(
      `${member.toLowerCase()}-minimum`,
      `${member} is at least 0`,
      { good: [card(0, 0)], bad: [{ ...card(0, 0), [member]: -1 }] },
      {
        member,
        message: "greater than or equal to 0",
      },
    ),
  ),
  ...["networkCardIndex", "deviceIndex", "interfaceType"].map((member) =>
    interfaceRow(
      `${member.toLowerCase()}-required`,
      `${member} must be there`,
      { good: [card(0, 0)], bad: [without(card(0, 0), member)] },
      {
        member,
        message: "Required value",
      },
    ),
  ),
];

export const ec2MachineRows: readonly RuleRow[] = [...metadataService, ...tracking, ...interfaces];
