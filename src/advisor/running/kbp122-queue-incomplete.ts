import type { AccountFacts, AccountQueue } from "../facts/account.ts";
import { covers, letsEventsIn, queueEvents } from "../facts/event-patterns.ts";
import type { Facts } from "../facts/facts.ts";
import { accountPlace, denied } from "../model/account-judging.ts";
import { placeOf } from "../model/place.ts";
import type { Problem, Rule, Verdict } from "../model/rule.ts";

export const queueIncomplete: Rule = {
  id: "KBP122",
  name: "queue-incomplete",
  severity: "error",
  requirements: ["R26", "R27"],
  needs: ["account"],
  document: {
    what: "The interruption queue does not exist, one of the four kinds of events has no enabled rule that sends to it, or its policy does not let EventBridge send.",
    why: "Interruptions of that kind reach nobody, and pods die without a stop, though the setting is there.",
    fix: "Create the queue, its policy (events.amazonaws.com may sqs:SendMessage) and the four rules.",
  },
  check(facts): Verdict {
    const { account } = facts;
    const queue = account?.queue;
    if (account === undefined || queue === undefined) return undefined;
    if (!queue.ok) return denied(queue);
    if (queue.value.arn !== undefined && !queue.value.rules.ok) return denied(queue.value.rules);
    return faultsOf(queue.value).map((message) => ({
      place: settingPlace(facts, account),
      message,
      evidence: queue.value.arn ?? `no queue is named ${queue.value.name} in ${account.region}`,
    }));
  },
};

function faultsOf({ name, arn, policy, rules }: AccountQueue): readonly string[] {
  if (arn === undefined) return [`Queue ${name} does not exist`];
  const enabled = rules.ok ? rules.value.filter((rule) => rule.enabled) : [];
  const missing = queueEvents.filter((event) => !enabled.some(({ pattern }) => covers(pattern, event)));
  const silent = missing.map((event) => event.name).join("/");
  return [
    ...(silent === "" ? [] : [`Queue ${name} receives no ${silent} events`]),
    ...(letsEventsIn(policy)
      ? []
      : [`Queue ${name} does not let EventBridge send: its policy lacks events.amazonaws.com`]),
  ];
}

/** Where the queue is named, where the input has it. */
function settingPlace({ settings }: Facts, account: AccountFacts): Problem["place"] {
  return settings?.map === undefined ? accountPlace(account) : placeOf(settings.map, ["data"]);
}
