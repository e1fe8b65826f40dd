import { useEffect, useState } from "preact/hooks";
import { type FleetState, poolKeyOf } from "../../server/contract/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import type { Answer, Study } from "../engine/study.ts";
import { type StudyState, useStudy } from "../engine/use-study.ts";
import { count, perHour, signedPerHour } from "../parts/format.ts";

/** Edit a pool and see what the engine would make of the fleet. Nothing is written anywhere. */
export function WhatIf(props: { readonly fleet: FleetState; readonly engine: Engine; readonly pool: string }) {
  const { fleet, engine } = props;
  const keys = fleet.pools.map(poolKeyOf);
  const [pool, choose] = useState(keys.includes(props.pool) ? props.pool : (keys[0] ?? ""));
  const { text, edit, problem, isLoading } = usePoolText(engine, pool);
  const { state, run } = useStudy(engine);
  const isIdle = isLoading || problem !== undefined || state.kind === "running";
  return (
    <section aria-labelledby="what-if-heading">
      <h2 id="what-if-heading">What if?</h2>
      <p class="quiet">The engine runs in this page, on the state of now. Nothing is written.</p>
      {pool === "" ? (
        <p class="nothing">There is no pool to edit.</p>
      ) : (
        <div class="beside">
          <div>
            <label>
              Pool{" "}
              <select value={pool} onChange={(event) => choose(event.currentTarget.value)}>
                {keys.map((key) => (
                  <option key={key}>{key}</option>
                ))}
              </select>
            </label>
            <Editor text={text} edit={edit} isLoading={isLoading} answer={answerOf(state)} />
            {problem !== undefined && <p class="warning">The pool cannot be shown: {problem}</p>}
            <p>
              <button type="button" onClick={() => run({ kind: "what-if", pool, text })} disabled={isIdle}>
                {state.kind === "running" ? "Computing" : "Show the plan"}
              </button>
            </p>
          </div>
          <div role="status">
            {isLoading && <p class="nothing">Loading the engine and the pool.</p>}
            {!isLoading && problem === undefined && <Outcome state={state} />}
          </div>
        </div>
      )}
    </section>
  );
}

const answerOf = (state: StudyState): Answer | undefined => (state.kind === "done" ? state.answer : undefined);

function Editor(props: {
  readonly text: string;
  readonly edit: (text: string) => void;
  readonly isLoading: boolean;
  readonly answer: Answer | undefined;
}) {
  const { text, edit, isLoading, answer } = props;
  return (
    <>
      <label class="editor">
        As it would be
        <textarea
          spellcheck={false}
          rows={24}
          value={text}
          disabled={isLoading}
          aria-describedby="edit-problems"
          aria-invalid={answer?.kind === "bad-edit"}
          onInput={(event) => edit(event.currentTarget.value)}
        />
      </label>
      <Problems answer={answer} />
    </>
  );
}

function Outcome({ state }: { readonly state: StudyState }) {
  if (state.kind === "failed") return <p class="warning">{state.message}</p>;
  if (state.kind === "idle")
    return (
      <p class="nothing">Edit the pool and ask for the plan: what the same pods would cost, and what would move.</p>
    );
  const answer = answerOf(state);
  if (answer?.kind !== "answer" || answer.before === undefined) return null;
  return <Difference before={answer.before} after={answer.study} />;
}

/** The text of a pool as it stands, until somebody edits it. */
function usePoolText(engine: Engine, pool: string) {
  const [text, edit] = useState("");
  const [problem, tell] = useState<string | undefined>(undefined);
  const [isLoading, load] = useState(true);
  useEffect(() => {
    if (pool === "") return undefined;
    let isCurrent = true;
    const show = (found: string, why?: string): void => {
      if (!isCurrent) return;
      edit(found);
      tell(why);
      load(false);
    };
    load(true);
    engine.ask({ kind: "pool-text", pool }).then(
      (answer) => show(...shownText(answer)),
      (error: unknown) => show("", String(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [engine, pool]);
  return { text, edit, problem, isLoading };
}

function shownText(answer: Answer): readonly [text: string, problem?: string] {
  if (answer.kind === "text") return [answer.text];
  return ["", answer.kind === "refused" ? answer.message : "the engine gave another answer"];
}

function Problems({ answer }: { readonly answer: Answer | undefined }) {
  return (
    <ul id="edit-problems" class="plain" aria-live="polite">
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
      <div class="wide" role="region" aria-label="Plan before and after" tabIndex={0}>
        <table>
          <caption>The same pods, with the pool as it is and as edited</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">Figure</span>
              </th>
              <th scope="col">as it is</th>
              <th scope="col">as edited</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, pick]) => (
              <tr key={name} class={pick(before) === pick(after) ? "" : "changed"}>
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
      <ol class="moves">
        {commands.slice(0, mostShown).map(({ nodes, replacements, savingPerHour, podsMoved }) => (
          <li key={nodes.join(" ")}>
            {nodes.join(", ")}{" "}
            {replacements.length === 0
              ? nodes.length === 1
                ? "goes"
                : "go"
              : `${nodes.length === 1 ? "becomes" : "become"} ${replacements.map(({ type, zone }) => `${type} in ${zone}`).join(", ")}`}
            : {signedPerHour(-savingPerHour)}, {count(podsMoved, "pod")} moved
          </li>
        ))}
      </ol>
      {commands.length > mostShown && <p class="quiet">and {commands.length - mostShown} more</p>}
      {anew.unplaced.slice(0, mostShown).map(({ pod, reasons }) => (
        <p key={pod} class="warning">
          {pod}: {reasons.map(({ text }) => text).join("; ")}
        </p>
      ))}
    </>
  );
}
