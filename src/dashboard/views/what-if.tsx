import { useEffect, useState } from "preact/hooks";
import { type FleetState, poolKeyOf } from "../../server/contract/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import type { Answer, Study } from "../engine/study.ts";
import { useStudy } from "../engine/use-study.ts";
import { count, perHour } from "../parts/format.ts";

/** Edit a pool and see what the engine would make of the fleet. Nothing is written anywhere. */
export function WhatIf(props: { readonly fleet: FleetState; readonly engine: Engine; readonly pool: string }) {
  const { fleet, engine } = props;
  const keys = fleet.pools.map(poolKeyOf);
  const [pool, choose] = useState(keys.includes(props.pool) ? props.pool : (keys[0] ?? ""));
  const [text, edit] = useState("");
  const { state, run } = useStudy(engine);
  useEffect(() => {
    if (pool === "") return;
    engine.ask({ kind: "pool-text", pool }).then(
      (answer) => edit(answer.kind === "text" ? answer.text : ""),
      () => edit(""),
    );
  }, [engine, pool]);
  if (pool === "") return <p class="quiet">There is no pool to edit.</p>;
  const answer = state.kind === "done" ? state.answer : undefined;
  return (
    <section aria-labelledby="what-if-heading">
      <h2 id="what-if-heading">What if?</h2>
      <p class="quiet">The engine runs in this page, on the state of now. Nothing is written.</p>
      <label>
        Pool{" "}
        <select value={pool} onChange={(event) => choose(event.currentTarget.value)}>
          {keys.map((key) => (
            <option key={key}>{key}</option>
          ))}
        </select>
      </label>
      <label class="editor">
        As it would be
        <textarea
          spellcheck={false}
          rows={24}
          value={text}
          aria-describedby="edit-problems"
          aria-invalid={answer?.kind === "bad-edit"}
          onInput={(event) => edit(event.currentTarget.value)}
        />
      </label>
      <Problems answer={answer} />
      <p>
        <button type="button" onClick={() => run({ kind: "what-if", pool, text })} disabled={state.kind === "running"}>
          {state.kind === "running" ? "Computing" : "Show the plan"}
        </button>
      </p>
      <div role="status">
        {state.kind === "failed" && <p class="warning">{state.message}</p>}
        {answer?.kind === "answer" && answer.before !== undefined && (
          <Difference before={answer.before} after={answer.study} />
        )}
      </div>
    </section>
  );
}

function Problems({ answer }: { readonly answer: Answer | undefined }) {
  return (
    <ul id="edit-problems" class="plain">
      {answer?.kind === "bad-edit" &&
        answer.problems.map(({ line, message }) => (
          <li key={`${line} ${message}`} class="warning">
            line {line}: {message}
          </li>
        ))}
    </ul>
  );
}

const rows: readonly (readonly [name: string, pick: (study: Study) => string])[] = [
  ["Built anew: nodes", ({ anew }) => String(anew.nodes.length)],
  ["Built anew: cost", ({ anew }) => perHour(anew.pricePerHour)],
  ["As it stands, after all moves: nodes", ({ standing }) => String(standing.consolidation?.after.nodes ?? "")],
  ["As it stands, after all moves: cost", ({ standing }) => perHour(standing.consolidation?.after.pricePerHour ?? 0)],
  ["Pods moved on the way", ({ standing }) => String(standing.consolidation?.evictions ?? 0)],
  ["Pods without a place", ({ anew }) => String(anew.unplaced.length)],
];

function Difference({ before, after }: { readonly before: Study; readonly after: Study }) {
  const change = after.anew.pricePerHour - before.anew.pricePerHour;
  return (
    <>
      <p class="verdict">
        {Math.abs(change) < 1e-9
          ? "Built anew it would cost the same."
          : `Built anew it would cost ${perHour(Math.abs(change))} ${change < 0 ? "less" : "more"}.`}
      </p>
      <div class="wide">
        <table>
          <caption>The same pods, with the pool as it is and as edited</caption>
          <thead>
            <tr>
              <th scope="col" />
              <th scope="col">as it is</th>
              <th scope="col">as edited</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, pick]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{pick(before)}</td>
                <td>{pick(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Moves study={after} />
    </>
  );
}

const mostShown = 20;

function Moves({ study: { standing, anew } }: { readonly study: Study }) {
  const commands = standing.consolidation?.commands ?? [];
  return (
    <>
      {commands.length > 0 && <h3>{count(commands.length, "move")}</h3>}
      <ol>
        {commands.slice(0, mostShown).map(({ nodes, replacements, savingPerHour, podsMoved }) => (
          <li key={nodes.join(" ")}>
            {nodes.join(", ")}{" "}
            {replacements.length === 0
              ? "go"
              : `become ${replacements.map(({ type, zone }) => `${type} in ${zone}`).join(", ")}`}
            : {perHour(savingPerHour)} saved, {count(podsMoved, "pod")} moved
          </li>
        ))}
      </ol>
      {anew.unplaced.slice(0, mostShown).map(({ pod, reasons }) => (
        <p key={pod} class="warning">
          {pod}: {reasons.map(({ text }) => text).join("; ")}
        </p>
      ))}
    </>
  );
}
