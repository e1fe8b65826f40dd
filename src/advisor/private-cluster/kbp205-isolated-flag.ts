import { isPrivateNetwork } from "../facts/private-network.ts";
import { accountPlace, denied } from "../model/account-judging.ts";
import { placeOf } from "../model/place.ts";
import type { Rule, Verdict } from "../model/rule.ts";

const key = "aws.isolatedVPC";

export const isolatedFlag: Rule = {
  id: "KBP205",
  name: "isolated-flag",
  severity: "warning",
  requirements: ["R38"],
  needs: ["objects", "account"],
  document: {
    what: "The network is private and aws.isolatedVPC is false; or the reverse, which is a hint.",
    why: "Without the flag each price request runs into its timeout; with it prices are never renewed.",
    fix: "Set aws.isolatedVPC to match the network.",
  },
  check(facts): Verdict {
    const { account, settings } = facts;
    if (account === undefined || settings === undefined) return undefined;
    if (!account.network.ok) return denied(account.network);
    const isPrivate = isPrivateNetwork(facts);
    if (isPrivate === undefined) return { notChecked: "no subnet of the nodes is known" };
    if (isPrivate === settings.isolated) return [];
    return [
      {
        place: settings.map === undefined ? accountPlace(account) : placeOf(settings.map, ["data", key]),
        message: `Set ${key} to match the network, which is ${isPrivate ? "" : "not "}private`,
        evidence: `${key} is ${settings.isolated}; subnets of the nodes have ${isPrivate ? "no" : "a"} default route to a gateway`,
        severity: isPrivate ? "warning" : "info",
      },
    ];
  },
};
