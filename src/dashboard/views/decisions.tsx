import { useState } from "preact/hooks";
import type { CommandLine, FleetDecision, FleetState } from "../../server/contract/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import { Change } from "../parts/change.tsx";
import { clockTime, count, perHour, signedPerHour } from "../parts/format.ts";
import { explainLink } from "../parts/use-route.ts";
import { PlanNow } from "./plan-now.tsx";

type Which = "all" | "decided" | "steps" | "failures";

/** Kinds in the words of decision records; what is in none of these sets is shown with `all`. */
const kindsOf: Readonly<Record<Exclude<Which, "all">, ReadonlySet<string>>> = {
  decided: new Set(["launch", "nominate", "remove"]),
  steps: new Set(["launched", "registered", "initialized", "terminated", "repair"]),
  failures: new Set(["unplaced", "launch-failed", "interrupted"]),
};

export function Decisions({ fleet, engine }: { readonly fleet: FleetState; readonly engine: Engine }) {
  const [filter, change] = useState("");
  const [which, choose] = useState<Which>("all");
  const wanted = filter.trim().toLowerCase();
  const shown = fleet.decisions
    .filter((decision) => which === "all" || kindsOf[which].has(decision.kind))
    .filter((decision) => wanted === "" || textOf(decision).includes(wanted))
    .toReversed();
  const isDone = fleet.mode !== "plan" && fleet.mode !== "observe";
  return (
    <>
      <PlanNow engine={engine} fleet={fleet} />
      <section aria-labelledby="decisions-heading">
        <h2 id="decisions-heading">{isDone ? "What was done, and why" : "What would have been done, and why"}</h2>
        <div class="controls">
          <label>
            Filter{" "}
            <input
              type="search"
              value={filter}
              onInput={(event) => change(event.currentTarget.value)}
              placeholder="pod, node, type, reason"
            />
          </label>
          <label>
            Show{" "}
            <select value={which} onChange={(event) => choose(event.currentTarget.value as Which)}>
              <option value="all">everything</option>
              <option value="decided">decisions</option>
              <option value="steps">steps of machines</option>
              <option value="failures">what went wrong</option>
            </select>
          </label>
          <span class="quiet" role="status">
            {count(shown.length, "decision")}
          </span>
        </div>
        {shown.length === 0 && (
          <p class="nothing">{fleet.decisions.length === 0 ? "None yet." : "None matches the filter."}</p>
        )}
        <ol class="decisions">
          {shown.slice(0, mostShown).map((decision) => (
            <DecisionItem key={decision.id} decision={decision} />
          ))}
        </ol>
        {shown.length > mostShown && (
          <p class="quiet">and {count(shown.length - mostShown, "older one")}: narrow the filter to see them.</p>
        )}
      </section>
    </>
  );
}

const mostShown = 200;
const shownPods = 4;

export function DecisionItem({ decision }: { readonly decision: FleetDecision }) {
  const { time, kind, pods, machine, capacityType, zone, pricePerHour, node, nodeClaim, reason, command } = decision;
  const place = [machine, capacityType, zone].filter((part) => part !== undefined && part !== "").join(" ");
  const subject = place === "" ? (node ?? nodeClaim ?? "") : place;
  return (
    <li>
      <time dateTime={time} title={time}>
        {clockTime(time)}
      </time>
      <span class={`kind ${kind}`}>{kind}</span>
      <div>
        <b>{subject}</b>
        {pricePerHour !== undefined && Number.isFinite(pricePerHour) && ` at ${perHour(pricePerHour)}`}
        {node !== undefined && node !== "" && place !== "" && (
          <>
            {" "}
            <a href={explainLink("node", node)}>{node}</a>
          </>
        )}
        <Pods pods={pods} />
        <p>{reason}</p>
        {kind === "launch" && <LaunchChange decision={decision} />}
        {command !== undefined && <CommandChange command={command} />}
      </div>
    </li>
  );
}

function Pods({ pods }: { readonly pods: readonly string[] }) {
  if (pods.length === 0) return null;
  return (
    <span class="quiet">
      {" "}
      for{" "}
      {pods.slice(0, shownPods).map((pod, index) => (
        <span key={pod}>
          {index > 0 && ", "}
          <a href={explainLink("pod", pod)}>{pod}</a>
        </span>
      ))}
      {pods.length > shownPods && ` and ${pods.length - shownPods} more`}
    </span>
  );
}

function LaunchChange({ decision: { pods, machine = "", zone = "", pricePerHour } }: { decision: FleetDecision }) {
  const price = pricePerHour === undefined ? undefined : signedPerHour(pricePerHour);
  return (
    <Change
      before={[`${count(pods.length, "pod")} without a place`]}
      after={[`on a ${machine} in ${zone}`]}
      difference={price === undefined ? [] : [price]}
    />
  );
}

const shownNodes = 5;

function CommandChange({ command: { nodes, replacements, savingPerHour, podsMoved } }: { command: CommandLine }) {
  const more = nodes.length > shownNodes ? [`and ${nodes.length - shownNodes} more`] : [];
  return (
    <Change
      before={[...nodes.slice(0, shownNodes), ...more]}
      after={
        replacements.length === 0
          ? ["nothing in their place"]
          : replacements.map(({ machine, capacityType, zone }) => `${machine} ${capacityType} in ${zone}`)
      }
      difference={[
        ...(Number.isFinite(savingPerHour) ? [signedPerHour(-savingPerHour)] : []),
        `${count(podsMoved, "pod")} moved`,
      ]}
    />
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
