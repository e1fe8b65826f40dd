import { queueKeys } from "../../legacy/index.ts";
import { placeOf } from "../model/place.ts";
import { type Change, safeEdit } from "../model/edit.ts";
import type { Rule } from "../model/rule.ts";

/** The founding document's spelling is ours as an alias (D5). */
export const queueSpelling: Rule = {
  id: "KBP123",
  name: "queue-spelling",
  severity: "info",
  requirements: ["R26"],
  needs: ["objects"],
  document: {
    what: "The queue is set under an alias of its key, or under two keys that disagree (an error: the start fails).",
    why: "Upstream reads aws.interruptionQueueName alone, and would run without a queue.",
    fix: "Keep one key, aws.interruptionQueueName.",
  },
  check(facts) {
    const map = facts.settings?.map;
    if (map === undefined) return undefined;
    const given = Object.entries(facts.settings?.data ?? {}).filter(
      ([key, value]) => queueKeys.includes(key) && value !== "",
    );
    const alias = given.find(([key]) => key !== queueKeys[0]);
    if (alias === undefined) return [];
    const [key, value] = alias;
    const texts = given.map((each) => each.join("="));
    const differ = new Set(given.map(([, each]) => each)).size > 1;
    return [
      {
        place: placeOf(map, ["data", key]),
        message: differ
          ? `The queue's values differ: ${texts.join(", ")}`
          : `Key ${key} is an alias of ${queueKeys[0] ?? ""}`,
        evidence: `${key}=${value}`,
        severity: differ ? "error" : "info",
        ...(differ ? {} : { edit: safeEdit(map, ...withoutAlias(key, given.length > 1)) }),
      },
    ];
  },
};

/** The queue stays the same queue. */
const withoutAlias = (key: string, isTwice: boolean): readonly Change[] => [
  isTwice ? { kind: "remove", path: ["data", key] } : { kind: "rename", path: ["data", key], key: queueKeys[0] ?? "" },
];
