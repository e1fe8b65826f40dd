import { useState } from "preact/hooks";
import type { Connection } from "../feed/connection.ts";
import type { ConnectionState } from "../feed/store.ts";

/** What stands between the page and the truth, said once and aloud. Nothing while all is well. */
export function StateBanner({
  state,
  connection,
}: {
  readonly state: ConnectionState;
  readonly connection: Connection;
}) {
  if (state.kind === "denied") return <TokenForm message={state.message} connection={connection} />;
  return (
    <div role="status" class={state.kind === "live" ? "banner quiet-banner" : "banner"}>
      {textOf(state)}
      {state.kind === "outdated" && (
        <button type="button" onClick={() => location.reload()}>
          Load it again
        </button>
      )}
    </div>
  );
}

function textOf(state: ConnectionState): string {
  switch (state.kind) {
    case "connecting":
      return "Asking for the state of the fleet.";
    case "lost":
      return `No contact with the controller since ${new Date(state.since).toISOString().slice(11, 19)} UTC. What you see is the last that was heard. (${state.why})`;
    case "outdated":
      return "The controller was upgraded, and this page is of the version before.";
    default:
      return "";
  }
}

function TokenForm({ message, connection }: { readonly message: string; readonly connection: Connection }) {
  const [token, change] = useState("");
  const send = (event: Event): void => {
    event.preventDefault();
    connection.authorise(token.trim());
  };
  return (
    <form class="banner" onSubmit={send}>
      <label>
        {message}. Token:{" "}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </label>{" "}
      <button type="submit">Show the fleet</button>
    </form>
  );
}
