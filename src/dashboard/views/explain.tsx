import { useEffect, useState } from "preact/hooks";
import type { ExplainReport } from "../../studies/index.ts";
import type { Connection } from "../feed/connection.ts";

type Explained =
  | { readonly kind: "asking" }
  | { readonly kind: "known"; readonly report: ExplainReport }
  | { readonly kind: "unknown"; readonly message: string };

/** One pod or node, with why it waits or stays and what would change that. */
export function Explain({ object, connection }: { readonly object: string; readonly connection: Connection }) {
  const [explained, show] = useState<Explained>({ kind: "asking" });
  useEffect(() => {
    const leaving = new AbortController();
    show({ kind: "asking" });
    ask(connection, object, leaving.signal).then(show, () => undefined);
    return () => leaving.abort();
  }, [connection, object]);
  return (
    <section aria-labelledby="explain-heading" aria-busy={explained.kind === "asking"}>
      <h2 id="explain-heading">{object}</h2>
      {explained.kind === "asking" && <p class="quiet">Asking the engine.</p>}
      {explained.kind === "unknown" && <p class="warning">{explained.message}</p>}
      {explained.kind === "known" && <Report report={explained.report} />}
    </section>
  );
}

async function ask(connection: Connection, object: string, signal: AbortSignal): Promise<Explained> {
  const response = await connection.ask(`explain?object=${encodeURIComponent(object)}`, signal);
  const body: unknown = await response.json();
  if (response.ok) return { kind: "known", report: body as ExplainReport };
  const { message = `the server answers ${response.status}` } = body as { message?: string };
  return { kind: "unknown", message };
}

function Report({ report }: { readonly report: ExplainReport }) {
  const { verdict, reasons, remedies, costPerMonth } = report;
  return (
    <>
      <p class="verdict">{verdict}</p>
      {costPerMonth !== undefined && (
        <p>It costs {costPerMonth.toFixed(0)} $ a month as long as things stay as they are.</p>
      )}
      <h3>Why</h3>
      {reasons.length === 0 ? (
        <p class="quiet">Nothing stands in the way.</p>
      ) : (
        <ul>
          {reasons.map(({ layer, code, text, count }) => (
            <li key={`${layer} ${code} ${text}`}>
              {text}
              {count !== undefined && count > 1 && ` (${count} times)`} <span class="quiet">{layer}</span>
            </li>
          ))}
        </ul>
      )}
      <h3>What would change it</h3>
      {remedies.length === 0 ? (
        <p class="quiet">No single change that was tried.</p>
      ) : (
        <ul>
          {remedies.map(({ text, object, patch, verified }) => (
            <li key={text}>
              {text}{" "}
              <span class="quiet">
                ({object}
                {verified ? ", tried on the engine" : ""})
              </span>
              {patch !== undefined && <pre>{JSON.stringify(patch, undefined, 2)}</pre>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
