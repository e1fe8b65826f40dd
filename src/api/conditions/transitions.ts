/** Status changes between two looks at an object, for the events that report them (spec: api 0.4). */
import type { Condition } from "../kubernetes/meta.ts";
import type { ConditionedObject } from "./conditions.ts";
import { getCondition } from "./conditions.ts";

export interface ConditionTransition {
  readonly type: string;
  readonly from: Condition["status"];
  readonly to: Condition["status"];
  /** Text of the Normal event; its reason is the condition type. */
  readonly message: string;
}

/** In the order of the later list. The first sight of a condition and a removal are no transitions. */
export function conditionTransitions(
  before: ConditionedObject,
  after: ConditionedObject,
): readonly ConditionTransition[] {
  const transitions: ConditionTransition[] = [];
  for (const condition of after.status?.conditions ?? []) {
    const previous = getCondition(before, condition.type);
    if (previous === undefined || previous.status === condition.status) continue;
    transitions.push({
      type: condition.type,
      from: previous.status,
      to: condition.status,
      message: transitionMessage(previous.status, condition),
    });
  }
  return transitions;
}

function transitionMessage(from: Condition["status"], condition: Condition): string {
  const detail = (condition.message ?? "") === "" ? "" : `, Message: ${condition.message}`;
  return `Status condition transitioned, Type: ${condition.type}, Status: ${from} -> ${condition.status}, Reason: ${condition.reason ?? ""}${detail}`;
}
