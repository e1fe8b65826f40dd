import { useState } from "preact/hooks";
import type { FleetDecision, FleetState } from "../../server/contract/index.ts";
import { clockTime, count, perHour } from "../parts/format.ts";
import { explainLink } from "../parts/use-route.ts";

export function Decisions({ fleet }: { readonly fleet: FleetState }) {
  const [filter, change] = useState("");
  const wanted = filter.trim().toLowerCase();
  const shown = fleet.decisions.filter((decision) => wanted === "" || textOf(decision).includes(wanted)).toReversed();
  return (
    <section aria-labelledby="decisions-heading">
      <h2 id="decisions-heading">What was done, and why</h2>
      <label class="filter">
        Filter{" "}
        <input
          type="search"
          value={filter}
          onInput={(event) => change(event.currentTarget.value)}
          placeholder="pod, node, type, reason"
        />
      </label>
      <p class="quiet" role="status">
        {count(shown.length, "decision")}
      </p>
      <ol class="decisions">
        {shown.slice(0, mostShown).map((decision) => (
          <DecisionItem key={decision.id} decision={decision} />
        ))}
      </ol>
    </section>
  );
}

const mostShown = 200;
const shownPods = 4;

export function DecisionItem({ decision }: { readonly decision: FleetDecision }) {
  const { time, kind, pods, machine, capacityType, zone, pricePerHour, node, nodeClaim, reason } = decision;
  const place = [machine, capacityType, zone].filter((part) => part !== undefined && part !== "").join(" ");
  const subject = place === "" ? (node ?? nodeClaim ?? "") : place;
  return (
    <li>
      <time dateTime={time}>{clockTime(time)}</time> <b>{kind}</b> {subject}
      {pricePerHour !== undefined && Number.isFinite(pricePerHour) && ` at ${perHour(pricePerHour)}`}
      {pods.length > 0 && (
        <span class="quiet">
          {" "}
          for{" "}
          {pods.slice(0, shownPods).map((pod, index) => (
            <>
              {index > 0 && ", "}
              <a href={explainLink("pod", pod)}>{pod}</a>
            </>
          ))}
          {pods.length > shownPods && ` and ${pods.length - shownPods} more`}
        </span>
      )}
      <br />
      <span>{reason}</span>
    </li>
  );
}

const textOf = ({
  kind,
  machine,
  zone,
  capacityType,
  node,
  nodeClaim,
  nodePool,
  reason,
  pods,
}: FleetDecision): string =>
  [kind, machine, zone, capacityType, node, nodeClaim, nodePool, reason, ...pods].join(" ").toLowerCase();
