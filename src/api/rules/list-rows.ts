/** Rules of the lists that NodePool and NodeClaim share: taints, requirements, durations (spec: api 1.2 to 1.4). */
import type { Host } from "./list-host.ts";
import { claim, pool } from "./list-host.ts";
import { without } from "./manifests.ts";
import { requirementRows } from "./requirement-rows.ts";
import type { RuleRow } from "./rule-case.ts";

const taint = { key: "dedicated", value: "gpu", effect: "NoSchedule" };

interface TaintEntry {
  readonly name: string;
  readonly rule: string;
  readonly bad: unknown;
  readonly member: string;
  readonly message: string;
}

const entry = (
  name: string,
  rule: string,
  bad: unknown,
  cause: Pick<TaintEntry, "member" | "message">,
): TaintEntry => ({
  name,
  rule,
  bad,
  ...cause,
});

const taintEntries: readonly TaintEntry[] = [
  entry("key-required", "a taint has a key", without(taint, "key"), { member: "key", message: "Required value" }),
  entry("key-not-empty", "a taint's key is not empty", { ...taint, key: "" }, { member: "key", message: "at least 1" }),
  entry(
    "key-syntax",
    "a taint's key is a qualified name",
    { ...taint, key: "a b" },
    {
      member: "key",
      message: "should match",
    },
  ),
  entry("effect-required", "a taint has an effect", without(taint, "effect"), {
    member: "effect",
    message: "Required value",
  }),
  entry(
    "effect-values",
    "an effect is one of three",
    { ...taint, effect: "Never" },
    {
      member: "effect",
      message: "supported values",
    },
  ),
  entry(
    "value-syntax",
    "a taint's value is a qualified name",
    { ...taint, value: "-a" },
    {
      member: "value",
      message: "should match",
    },
  ),
  entry(
    "value-not-empty",
    "an empty value is refused: leave the key out",
    { ...taint, value: "" },
    {
      member: "value",
      message: "should match",
    },
  ),
  entry(
    "time-added",
    "timeAdded is a date and time",
    { ...taint, timeAdded: "yesterday" },
    {
      member: "timeAdded",
      message: "date-time",
    },
  ),
];

const taintRows = (host: Host, list: "taints" | "startupTaints"): readonly RuleRow[] =>
  taintEntries.map(({ name, rule, bad, member, message }) => ({
    id: `${host.prefix}-${list.toLowerCase()}-${name}`,
    section: "1.2",
    rule,
    accepted: host.with({ [list]: [taint, { key: "example.com/boot", effect: "NoExecute" }] }),
    refused: host.with({ [list]: [bad] }),
    cause: { field: `${host.path}.${list}[0].${member}`, message },
  }));

function durationRows(host: Host): readonly RuleRow[] {
  const row = (name: string, rule: string, pair: { field: string; good: string; bad: string }): RuleRow => ({
    id: `${host.prefix}-${pair.field.toLowerCase()}-${name}`,
    section: "0.3",
    rule,
    accepted: host.with({ [pair.field]: pair.good }),
    refused: host.with({ [pair.field]: pair.bad }),
    cause: { field: `${host.path}.${pair.field}`, message: "should match" },
  });
  return [
    row("units", "units are h, m and s", { field: "expireAfter", good: "1h30m15s", bad: "1d" }),
    row("never", "Never is a duration here, never is not", { field: "expireAfter", good: "Never", bad: "never" }),
    row("not-empty", "an empty text is none", { field: "expireAfter", good: "0s", bad: "" }),
    row("overflow", "the length of the number is not checked, its sign is", {
      field: "expireAfter",
      good: "99999999999h",
      bad: "-1h",
    }),
    row("never", "Never is no grace period, 0s is", { field: "terminationGracePeriod", good: "0s", bad: "Never" }),
    row("units", "units are needed", { field: "terminationGracePeriod", good: "48h", bad: "48" }),
  ];
}

export const listRows: readonly RuleRow[] = [pool, claim].flatMap((host) => [
  ...taintRows(host, "taints"),
  ...taintRows(host, "startupTaints"),
  ...requirementRows(host),
  ...durationRows(host),
]);
