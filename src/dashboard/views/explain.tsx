import { useEffect, useState } from "preact/hooks";
import { type FleetNode, type FleetState, mostNodesExplained } from "../../server/contract/index.ts";
import type { ExplainReport } from "../../studies/index.ts";
import type { Engine } from "../engine/engine-client.ts";
import type { Connection } from "../feed/connection.ts";
import { PodsOfNode } from "./node-pods.tsx";
import { ageOf, count, percent, perHour, perMonth } from "../parts/format.ts";

type Explained =
  | { readonly kind: "asking" }
  | { readonly kind: "known"; readonly report: ExplainReport }
  | { readonly kind: "unknown"; readonly message: string };

/** One pod or node, with why it waits or stays and what would change that. */
export function Explain(props: {
  readonly object: string;
  readonly fleet: FleetState;
  readonly engine: Engine;
  readonly connection: Connection;
}) {
  const { object, fleet, engine, connection } = props;
  const isLarge = fleet.figures.nodes > mostNodesExplained;
  const [explained, show] = useState<Explained>({ kind: "asking" });
  useEffect(() => {
    const leaving = new AbortController();
    show({ kind: "asking" });
    const asked = isLarge ? askEngine(engine, object) : ask(connection, object, leaving.signal);
    const tell = (answer: Explained): void => {
      if (!leaving.signal.aborted) show(answer);
    };
    asked.then(tell, (error: unknown) => tell({ kind: "unknown", message: `no answer came: ${String(error)}` }));
    return () => leaving.abort();
  }, [connection, engine, object, isLarge]);
  const slash = object.indexOf("/");
  const [kind, name] = [object.slice(0, slash), object.slice(slash + 1)];
  const node = kind === "node" ? fleet.nodes.find((one) => one.name === name) : undefined;
  return (
    <section aria-labelledby="explain-heading" aria-busy={explained.kind === "asking"}>
      <p class="path">
        <a href={kind === "node" ? "#/nodes" : "#/overview"}>{kind === "node" ? "Nodes" : "Overview"}</a> / {kind}
      </p>
      <h2 id="explain-heading" class="name">
        {name}
      </h2>
      {node !== undefined && <NodeFacts node={node} now={fleet.time} />}
      {explained.kind === "asking" && <p class="nothing">Asking the engine.</p>}
      {explained.kind === "unknown" && <p class="warning">{explained.message}</p>}
      {explained.kind === "known" && <Report report={explained.report} />}
      {node !== undefined && <PodsOfNode node={name} pods={node.pods} connection={connection} />}
    </section>
  );
}

function NodeFacts({ node, now }: { readonly node: FleetNode; readonly now: string }) {
  const { pool, type, capacityType, zone, pricePerHour, state, conditions, created, pods, cpu, memoryGib } = node;
  return (
    <dl class="pairs card">
      <dt>State</dt>
      <dd>
        <span class={`state ${state}`}>{[state, ...conditions].join(", ")}</span>
        {created !== undefined && `, made ${ageOf(created, now)} ago`}
      </dd>
      <dt>Machine</dt>
      <dd>{[type, capacityType, zone].filter((part) => part !== "").join(" ")}</dd>
      <dt>Pool</dt>
      <dd>{pool === "" ? "none: it is not managed" : pool}</dd>
      <dt>Cost</dt>
      <dd>{pricePerHour === undefined ? "not known" : `${perHour(pricePerHour)}, ${perMonth(pricePerHour)}`}</dd>
      <dt>Holds</dt>
      <dd>
        {count(pods, "pod")}; CPU {percent(cpu.used, cpu.of)}, memory {percent(memoryGib.used, memoryGib.of)} asked for
      </dd>
    </dl>
  );
}

/** A large fleet is explained here: what takes a while must not hold the controller. */
async function askEngine(engine: Engine, object: string): Promise<Explained> {
  const answer = await engine.ask({ kind: "explain", object });
  if (answer.kind === "explained") return { kind: "known", report: answer.report };
  return { kind: "unknown", message: answer.kind === "refused" ? answer.message : "the engine gave another answer" };
}

async function ask(connection: Connection, object: string, signal: AbortSignal): Promise<Explained> {
  const response = await connection.ask(`explain?object=${encodeURIComponent(object)}`, signal);
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) return { kind: "known", report: body as ExplainReport };
  const { message = `the server answers ${response.status}` } = body as { message?: string };
  return { kind: "unknown", message };
}

function Report({ report }: { readonly report: ExplainReport }) {
  const { verdict, reasons, remedies, costPerMonth } = report;
  return (
    <>
      <p class="verdict">{verdict}</p>
      {costPerMonth !== undefined && costPerMonth > 0 && (
        <p>It costs {costPerMonth.toFixed(0)} $ a month as long as things stay as they are.</p>
      )}
      <h3>Why</h3>
      {reasons.length === 0 ? (
        <p class="nothing">Nothing stands in the way.</p>
      ) : (
        <ul class="plain reasons">
          {reasons.map(({ layer, code, text, object }) => (
            <li key={`${layer} ${code} ${object} ${text}`}>
              <span class="layer">{layer}</span>
              <span>
                {object !== undefined && <b>{object}: </b>}
                {text}
              </span>
            </li>
          ))}
        </ul>
      )}
      <h3>What would change it</h3>
      {remedies.length === 0 ? (
        <p class="nothing">No single change that was tried.</p>
      ) : (
        <ul class="plain remedies">
          {remedies.map(({ text, object, patch, verified }) => (
            <li key={text}>
              <p>{text}</p>
              <p class="quiet">
                {object}
                {verified && ", tried on the engine"}
              </p>
              {patch !== undefined && (
                <pre tabIndex={0} role="region" aria-label={`Patch of ${object}`}>
                  {JSON.stringify(patch, undefined, 2)}
                </pre>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
