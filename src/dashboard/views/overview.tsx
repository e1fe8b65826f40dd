import type { FleetState } from "../../server/contract/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import { useStudy } from "../engine/use-study.ts";
import { ageOf, clockTime, count, percent, perHour, perMonth } from "../parts/format.ts";
import { TrendChart } from "../parts/trend-chart.tsx";
import { explainLink } from "../parts/use-route.ts";
import { DecisionItem } from "./decisions.tsx";

export function Overview({ fleet, engine }: { readonly fleet: FleetState; readonly engine: Engine }) {
  const { figures, decisions, pending } = fleet;
  const { pods, cpu, memoryGib } = figures;
  return (
    <>
      <dl class="figures">
        <Figure name="Cost now" value={perHour(figures.pricePerHour)} more={perMonth(figures.pricePerHour)} />
        <Figure name="Nodes" value={figures.nodes.toLocaleString("en")} more={count(fleet.pools.length, "pool")} />
        <Figure name="Pods running" value={pods.running.toLocaleString("en")} />
        <Figure name="Pods pending" value={pods.pending.toLocaleString("en")} />
        <Figure
          name="CPU asked for"
          value={percent(cpu.used, cpu.of)}
          more={`${cpu.used.toFixed(1)} of ${cpu.of.toFixed(1)}`}
        />
        <Figure
          name="Memory asked for"
          value={percent(memoryGib.used, memoryGib.of)}
          more={`${memoryGib.used.toFixed(1)} of ${memoryGib.of.toFixed(1)} GiB`}
        />
      </dl>
      <Saving engine={engine} />
      <TrendChart points={fleet.trend} />
      <section aria-labelledby="pending-heading">
        <h2 id="pending-heading">Pods that wait</h2>
        {pending.length === 0 ? (
          <p class="quiet">None: every pod has a place.</p>
        ) : (
          <ul class="plain">
            {pending.slice(0, shownPods).map(({ pod, since, reason }) => (
              <li key={pod}>
                <a href={explainLink("pod", pod)}>{pod}</a>{" "}
                <span class="quiet">
                  {since === undefined ? "" : `for ${ageOf(since, fleet.time)}`} {reason ?? ""}
                </span>
              </li>
            ))}
          </ul>
        )}
        {pods.pending > shownPods && <p class="quiet">and {pods.pending - shownPods} more</p>}
      </section>
      <section aria-labelledby="last-heading">
        <h2 id="last-heading">Last decisions</h2>
        {decisions.length === 0 ? (
          <p class="quiet">None yet.</p>
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
        <p class="quiet">State as of {clockTime(fleet.time)} UTC.</p>
      </section>
    </>
  );
}

const shownPods = 20;

function Figure({ name, value, more }: { readonly name: string; readonly value: string; readonly more?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {more !== undefined && <small class="quiet"> {more}</small>}
      </dd>
    </div>
  );
}

/** Computed here, in the browser, by the engine; only when asked for, since a large fleet takes a while. */
function Saving({ engine }: { readonly engine: Engine }) {
  const { state, run } = useStudy(engine);
  return (
    <section aria-labelledby="saving-heading">
      <h2 id="saving-heading">Saving available</h2>
      <p>
        <button type="button" onClick={() => run({ kind: "saving" })} disabled={state.kind === "running"}>
          {state.kind === "running" ? "Computing" : "Compute it"}
        </button>{" "}
        <span role="status">{savingText(state)}</span>
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
    : `${savingPerMonth.toFixed(0)} $/month: from ${count(before.nodes, "node")} to ${after.nodes}, moving ${count(evictions, "pod")}.`;
}
