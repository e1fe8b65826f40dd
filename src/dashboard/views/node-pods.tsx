import { useEffect, useState } from "preact/hooks";
import type { NodePods } from "../../server/contract/index.ts";
import type { Connection } from "../feed/connection.ts";
import { explainLink } from "../parts/use-route.ts";

const mostShown = 200;

/** What runs on a node; asked for again when the number of its pods changes. */
export function PodsOfNode(props: { readonly node: string; readonly pods: number; readonly connection: Connection }) {
  const { node, pods, connection } = props;
  const [listed, list] = useState<NodePods["pods"] | string>("Asking for its pods.");
  useEffect(() => {
    const leaving = new AbortController();
    ask(connection, node, leaving.signal)
      .catch((error: unknown) => `no answer came: ${String(error)}`)
      .then(
        (found) => (leaving.signal.aborted ? undefined : list(found)),
        () => undefined,
      );
    return () => leaving.abort();
  }, [connection, node, pods]);
  return (
    <>
      <h3>Its pods</h3>
      {typeof listed === "string" && <p class="nothing">{listed}</p>}
      {typeof listed !== "string" && listed.length === 0 && <p class="nothing">None.</p>}
      {typeof listed !== "string" && (
        <ul class="plain reasons">
          {listed.slice(0, mostShown).map(({ pod, owner, cpu, memoryGib }) => (
            <li key={pod}>
              <span class="figure quiet">
                {Number(cpu.toFixed(2))} CPU, {Number(memoryGib.toFixed(2))} GiB
              </span>
              <span>
                <a href={explainLink("pod", pod)}>{pod}</a> <span class="quiet">{owner}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {typeof listed !== "string" && listed.length > mostShown && (
        <p class="quiet">and {listed.length - mostShown} more</p>
      )}
    </>
  );
}

async function ask(connection: Connection, node: string, signal: AbortSignal): Promise<NodePods["pods"] | string> {
  const response = await connection.ask(`pods?node=${encodeURIComponent(node)}`, signal);
  if (!response.ok) return `the server answers ${response.status}`;
  return ((await response.json()) as NodePods).pods;
}
