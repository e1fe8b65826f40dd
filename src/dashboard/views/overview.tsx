import type { FleetDecision, FleetState } from "../../server/contract/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import { useStudy } from "../engine/use-study.ts";
import { ageOf, clockTime, count, percent, perHour, perMonth } from "../parts/format.ts";
import { TrendChart } from "../parts/trend-chart.tsx";
import { explainLink } from "../parts/use-route.ts";
import { DecisionItem } from "./decisions.tsx";

export function Overview({ fleet, engine }: { readonly fleet: FleetState; readonly engine: Engine }) {
  const { figures, decisions } = fleet;
  const { pods, cpu, memoryGib } = figures;
  return (
    <>
      <dl class="figures">
        <Figure name="Cost now" value={perHour(figures.pricePerHour)} more={perMonth(figures.pricePerHour)} />
        <Figure name="Nodes" value={figures.nodes.toLocaleString("en")} more={count(fleet.pools.length, "pool")} />
        <Figure name="Pods running" value={pods.running.toLocaleString("en")} more="on these nodes" />
        <Figure
          name="Pods pending"
          value={pods.pending.toLocaleString("en")}
          more={pods.pending === 0 ? "every pod has a place" : "see below"}
        />
        <Figure
          name="CPU asked for"
          value={percent(cpu.used, cpu.of)}
          more={`${amount(cpu.used)} of ${amount(cpu.of)} cores`}
        />
        <Figure
          name="Memory asked for"
          value={percent(memoryGib.used, memoryGib.of)}
          more={`${amount(memoryGib.used)} of ${amount(memoryGib.of)} GiB`}
        />
      </dl>
      {fleet.trend.length === 0 ? (
        <p class="nothing">Cost over time is drawn from the first minute on.</p>
      ) : (
        <TrendChart points={fleet.trend} now={{ time: fleet.time, pending: pods.pending, ...figures }} />
      )}
      <Saving engine={engine} />
      <Waiting fleet={fleet} />
      <section aria-labelledby="last-heading">
        <h2 id="last-heading">Last decisions</h2>
        {decisions.length === 0 ? (
          <p class="nothing">None yet.</p>
        ) : (
          <ol class="decisions">
            {decisions
              .slice(-5)
              .toReversed()
              .map((decision) => (
                <DecisionItem key={decision.id} decision={decision} />
              ))}
          </ol>
        )}
        <p class="quiet">
          <a href="#/decisions">All decisions</a>. State as of {clockTime(fleet.time)} UTC.
        </p>
      </section>
    </>
  );
}

const shownPods = 20;

const amount = (number: number): string => number.toLocaleString("en", { maximumFractionDigits: 1 });

function Figure({ name, value, more }: { readonly name: string; readonly value: string; readonly more: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small class="quiet"> {more}</small>
      </dd>
    </div>
  );
}

/** Pods without a place: why, in the words of the engine where it has judged the pod, else of the scheduler. */
function Waiting({ fleet: { pending, figures, decisions, time } }: { readonly fleet: FleetState }) {
  const judged = lastRefusals(decisions);
  const shown = pending.slice(0, shownPods);
  const more = figures.pods.pending - shown.length;
  return (
    <section aria-labelledby="pending-heading">
      <h2 id="pending-heading">Pods that wait</h2>
      {shown.length === 0 ? (
        <p class="nothing">None: every pod has a place.</p>
      ) : (
        <ul class="plain waiting">
          {shown.map(({ pod, since, reason }) => (
            <li key={pod}>
              <a href={explainLink("pod", pod)}>{pod}</a>{" "}
              {since !== undefined && <span class="quiet">for {ageOf(since, time)}</span>}
              <p>{judged.get(pod) ?? reason ?? "nothing is known yet"}</p>
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p class="quiet">and {more.toLocaleString("en")} more</p>}
    </section>
  );
}

const lastRefusals = (decisions: readonly FleetDecision[]): ReadonlyMap<string, string> =>
  new Map(
    decisions
      .filter(({ kind }) => kind === "unplaced")
      .flatMap(({ pods, reason }) => pods.map((pod): readonly [string, string] => [pod, reason])),
  );

/** Computed here, in the browser, by the engine; only when asked for, since a large fleet takes a while. */
function Saving({ engine }: { readonly engine: Engine }) {
  const { state, run } = useStudy(engine);
  const isRunning = state.kind === "running";
  return (
    <section aria-labelledby="saving-heading">
      <h2 id="saving-heading">Saving available</h2>
      <p>
        <button type="button" onClick={() => run({ kind: "saving" })} disabled={isRunning}>
          {isRunning ? "Computing" : "Compute it"}
        </button>{" "}
        <span role="status" class={state.kind === "failed" ? "warning" : ""}>
          {savingText(state)}
        </span>
        {state.kind === "idle" && (
          <span class="quiet">The engine plays every move that pays, here in the page. Nothing is written.</span>
        )}
      </p>
    </section>
  );
}

function savingText(state: ReturnType<typeof useStudy>["state"]): string {
  if (state.kind === "failed") return state.message;
  if (state.kind !== "done" || state.answer.kind !== "answer") return "";
  const { consolidation } = state.answer.study.standing;
  if (consolidation === undefined) return "";
  const { before, after, savingPerMonth, evictions, commands } = consolidation;
  return commands.length === 0
    ? "Nothing: no node can be given up or made cheaper now."
    : `${Math.round(savingPerMonth).toLocaleString("en")} $/month: from ${count(before.nodes, "node")} to ${after.nodes}, moving ${count(evictions, "pod")}.`;
}
