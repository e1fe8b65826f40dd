/** What rules about the account are made of: an answer, or which action was denied. */
import type { AccountFacts, Answer } from "../facts/account.ts";
import { textPlace, type Place } from "./place.ts";
import type { NotChecked } from "./rule.ts";

/** An account that denies a call is told by its action, so that somebody can allow it. */
export const denied = ({ needs, reason }: Extract<Answer<unknown>, { readonly ok: false }>): NotChecked => ({
  notChecked: `not checked, needs action ${needs} (${reason})`,
});

/** Findings about the account have no file. */
export const accountPlace = ({ region }: AccountFacts): Place => textPlace("Account", region, 1);
