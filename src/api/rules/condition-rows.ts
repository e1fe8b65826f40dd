/** Rules of conditions, per kind (spec: api 0.4): strict, relaxed for NodeClaims, and keyed by type or not. */
import {
  bareEc2NodeClass,
  claimStatus,
  ec2NodeClass,
  ec2Status,
  nodeClaim,
  nodeOverlay,
  nodePool,
  overlayStatus,
  poolStatus,
  without,
} from "./manifests.ts";
import type { Manifest, RuleRow } from "./rule-case.ts";

const condition = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "",
  lastTransitionTime: "2026-08-20T10:00:00Z",
};

const field = "status.conditions[0]";

interface Host {
  readonly prefix: string;
  readonly stored: Manifest;
  withStatus(status: unknown): Manifest;
}

const strictHosts: readonly Host[] = [
  { prefix: "nodepool", stored: nodePool(), withStatus: poolStatus },
  { prefix: "nodeoverlay", stored: nodeOverlay(), withStatus: overlayStatus },
  { prefix: "ec2nodeclass", stored: ec2NodeClass(), withStatus: ec2Status },
];

const claimHost: Host = { prefix: "nodeclaim", stored: nodeClaim(), withStatus: claimStatus };

interface Break {
  readonly name: string;
  readonly rule: string;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  readonly member?: string;
  readonly message: string;
}

const row = (host: Host, { name, rule, good, bad, member, message }: Break): RuleRow => ({
  id: `${host.prefix}-status-${name}`,
  section: "0.4",
  rule,
  stored: host.stored,
  subresource: "status",
  accepted: host.withStatus({ conditions: good }),
  refused: host.withStatus({ conditions: bad }),
  cause: { field: member === undefined ? "status.conditions[1]" : `${field}.${member}`, message },
});

const required = (member: string): Break => ({
  name: `${member.toLowerCase()}-required`,
  rule: `a condition has the member ${member}`,
  good: [condition],
  bad: [without(condition, member)],
  member,
  message: "Required value",
});

const wrong = (name: string, rule: string, change: Readonly<Record<string, unknown>>, message: string): Break => ({
  name,
  rule,
  good: [{ ...condition, observedGeneration: 1 }],
  bad: [{ ...condition, ...change }],
  member: Object.keys(change)[0] ?? "",
  message,
});

const everywhere: readonly Break[] = [
  ...["status", "lastTransitionTime"].map(required),
  wrong("status-values", "a status is True, False or Unknown", { status: "Yes" }, "supported values"),
  wrong("type-syntax", "a type is a qualified name", { type: "Not Ready" }, "should match"),
  wrong("type-length", "a type has at most 316 characters", { type: "t".repeat(317) }, "Too long"),
  wrong("reason-syntax", "a reason is one word", { reason: "not ready" }, "should match"),
  wrong("reason-length", "a reason has at most 1024 characters", { reason: "r".repeat(1025) }, "Too long"),
  wrong("message-length", "a message has at most 32768 characters", { message: "m".repeat(32_769) }, "Too long"),
  wrong("generation", "a generation is not negative", { observedGeneration: -1 }, "greater than or equal to 0"),
  wrong("time", "a transition has a date and time", { lastTransitionTime: "now" }, "date-time"),
];

const strict: readonly Break[] = [
  ...["reason", "message"].map(required),
  wrong("reason-not-empty", "a reason has at least one character", { reason: "" }, "at least 1 chars long"),
];

/** NodeClaims of older versions lack what came later; they must stay writable. */
const relaxed: readonly Break[] = [
  {
    name: "old-conditions",
    rule: "neither reason nor message is needed, and a reason may be empty; a status is needed",
    good: [without(condition, "reason", "message"), { ...condition, type: "Launched", reason: "" }],
    bad: [without(condition, "status", "reason", "message")],
    member: "status",
    message: "Required value",
  },
];

const unique: Break = {
  name: "type-unique",
  rule: "a type stands once",
  good: [condition],
  bad: [condition, condition],
  message: "Duplicate value",
};

/** The list of an EC2NodeClass is a plain one: the same type may stand twice. */
const plainList: RuleRow = {
  id: "ec2nodeclass-status-type-repeated",
  section: "0.4",
  rule: "conditions of an EC2NodeClass are a plain list of objects",
  stored: bareEc2NodeClass({ spec: ec2NodeClass().spec }),
  subresource: "status",
  accepted: ec2Status({ conditions: [condition, condition] }),
  refused: ec2Status({ conditions: ["Ready"] }),
  cause: { field, message: "must be of type object" },
};

export const conditionRows: readonly RuleRow[] = [
  ...strictHosts.flatMap((host) => [...everywhere, ...strict].map((entry) => row(host, entry))),
  ...[...everywhere, ...relaxed].map((entry) => row(claimHost, entry)),
  ...[...strictHosts.slice(0, 2), claimHost].map((host) => row(host, unique)),
  plainList,
];
