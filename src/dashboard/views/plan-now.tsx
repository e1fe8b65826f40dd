import type { FleetState } from "../../server/contract/index.ts";
import type { CommandReport, PlanReport, SimulatedNode } from "../../studies/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import { useStudy } from "../engine/use-study.ts";
import { Change } from "../parts/change.tsx";
import { count, perHour, signedPerHour } from "../parts/format.ts";
import { explainLink } from "../parts/use-route.ts";

/** What the engine would do with the fleet as it stands, as `karpenter plan` says it; computed when asked for. */
export function PlanNow({ engine, fleet }: { readonly engine: Engine; readonly fleet: FleetState }) {
  const { state, run } = useStudy(engine);
  const isRunning = state.kind === "running";
  return (
    <section aria-labelledby="plan-heading" aria-busy={isRunning}>
      <h2 id="plan-heading">What would be done now</h2>
      <p>
        <button type="button" onClick={() => run({ kind: "plan" })} disabled={isRunning}>
          {isRunning ? "Planning" : "Plan it"}
        </button>{" "}
        <span class="quiet">The engine runs in this page, on the state of now. Nothing is written.</span>
      </p>
      <div role="status">
        {state.kind === "failed" && <p class="warning">{state.message}</p>}
        {state.kind === "done" && state.answer.kind === "plan" && <Plan plan={state.answer.plan} fleet={fleet} />}
      </div>
    </section>
  );
}

const mostShown = 50;

function Plan({ plan: { launches, commands, kept, unplaced }, fleet }: { plan: PlanReport; fleet: FleetState }) {
  const { pricePerHour, nodes } = fleet.figures;
  const bought = sum(launches.map((launch) => launch.pricePerHour));
  const saved = sum(commands.map(({ savingPerHour }) => savingPerHour));
  const made = launches.length + sum(commands.map(({ replacements }) => replacements.length));
  const gone = sum(commands.map((command) => command.nodes.length));
  if (launches.length === 0 && commands.length === 0 && unplaced.length === 0)
    return <p>Nothing: every pod has a place, and {count(kept.length, "node")} would stay as they are.</p>;
  return (
    <>
      <Change
        before={[count(nodes, "node"), perHour(pricePerHour)]}
        after={[count(nodes + made - gone, "node"), perHour(Math.max(0, pricePerHour + bought - saved))]}
        difference={[`${made} launched, ${gone} removed`, signedPerHour(bought - saved)]}
      />
      <ul class="plain plan">
        {launches.slice(0, mostShown).map((launch, index) => (
          <Launch key={index} launch={launch} />
        ))}
        {commands.slice(0, mostShown).map((command) => (
          <Command key={command.nodes.join(" ")} command={command} />
        ))}
        {unplaced.slice(0, mostShown).map(({ pod, reasons }) => (
          <li key={pod} class="warning">
            <a href={explainLink("pod", pod)}>{pod}</a> has no place: {reasons.map(({ text }) => text).join("; ")}
          </li>
        ))}
      </ul>
      <p class="quiet">{count(kept.length, "node")} would stay; each says why when it is explained.</p>
    </>
  );
}

function Launch({ launch: { type, capacityType, zone, pool, pricePerHour, pods } }: { launch: SimulatedNode }) {
  return (
    <li>
      launch {type} {capacityType} in {zone} for pool {pool}: {signedPerHour(pricePerHour)}, holds{" "}
      {count(pods.length, "pod")}
    </li>
  );
}

function Command({ command: { nodes, replacements, reason, savingPerHour, podsMoved } }: { command: CommandReport }) {
  const instead = replacements.map(({ type, zone }) => `${type} in ${zone}`).join(", ");
  return (
    <li>
      remove {nodes.join(", ")}
      {instead !== "" && ` for ${instead}`} ({reason}): {signedPerHour(-savingPerHour)}, {count(podsMoved, "pod")} moved
    </li>
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
