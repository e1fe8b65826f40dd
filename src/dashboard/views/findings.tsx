import { useEffect, useState } from "preact/hooks";
import type { AdviceDocument, FindingLine } from "../../advisor/index.ts";
import type { Connection } from "../feed/connection.ts";

type Looked =
  | { readonly kind: "asking" }
  | { readonly kind: "found"; readonly findings: readonly FindingLine[] }
  | { readonly kind: "failed"; readonly message: string };

/** Best practices that the pools break. */
export function Findings({ connection }: { readonly connection: Connection }) {
  const [looked, show] = useState<Looked>({ kind: "asking" });
  useEffect(() => {
    const leaving = new AbortController();
    ask(connection, leaving.signal).then(show, (error: unknown) => {
      if (!leaving.signal.aborted) show({ kind: "failed", message: `no answer came: ${String(error)}` });
    });
    return () => leaving.abort();
  }, [connection]);
  return (
    <section aria-labelledby="findings-heading" aria-busy={looked.kind === "asking"}>
      <h2 id="findings-heading">Findings of lint</h2>
      <p class="quiet">
        What the pools say themselves. <code>karpenter lint</code> looks at workloads, logs and the account as well.
      </p>
      {looked.kind === "asking" && <p class="nothing">Looking at the pools.</p>}
      {looked.kind === "failed" && <p class="warning">{looked.message}</p>}
      {looked.kind === "found" && looked.findings.length === 0 && (
        <p class="nothing">None: the pools keep to every practice.</p>
      )}
      {looked.kind === "found" && (
        <ul class="plain cards">
          {looked.findings.toSorted(worstFirst).map((finding) => (
            <Finding key={`${finding.rule} ${finding.object.name} ${finding.path}`} finding={finding} />
          ))}
        </ul>
      )}
    </section>
  );
}

const severities: readonly string[] = ["error", "warning", "info"];

const worstFirst = (a: FindingLine, b: FindingLine): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);

async function ask(connection: Connection, signal: AbortSignal): Promise<Looked> {
  const response = await connection.ask("findings", signal);
  if (!response.ok) return { kind: "failed", message: `the server answers ${response.status}` };
  return { kind: "found", findings: ((await response.json()) as AdviceDocument).findings };
}

function Finding({ finding }: { readonly finding: FindingLine }) {
  const { rule, severity, object, message, fix } = finding;
  return (
    <li class="card">
      <p>
        <span class={`kind ${severity}`}>{severity}</span> <a href={`./docs/rules/${rule}.html`}>{rule}</a>{" "}
        <span class="quiet">
          {object.kind} {object.name}
        </span>
      </p>
      <p>{message}</p>
      <p class="quiet">{fix}</p>
    </li>
  );
}
