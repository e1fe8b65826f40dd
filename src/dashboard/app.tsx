import { useMemo, useState } from "preact/hooks";
import type { FleetState } from "../server/contract/index.ts";
import { createEngine, type Engine, startEngineWorker } from "./engine/engine-client.ts";
import type { Connection } from "./feed/connection.ts";
import type { Store } from "./feed/store.ts";
import { useStore } from "./feed/use-store.ts";
import { StateBanner } from "./parts/state-banner.tsx";
import { useRoute } from "./parts/use-route.ts";
import { Decisions } from "./views/decisions.tsx";
import { Explain } from "./views/explain.tsx";
import { Findings } from "./views/findings.tsx";
import { Nodes } from "./views/nodes.tsx";
import { Overview } from "./views/overview.tsx";
import { Pools } from "./views/pools.tsx";
import { WhatIf } from "./views/what-if.tsx";

const views = [
  ["overview", "Overview"],
  ["nodes", "Nodes"],
  ["decisions", "Decisions"],
  ["pools", "Pools"],
  ["what-if", "What if"],
  ["findings", "Findings"],
] as const;

export function App({ store, connection }: { readonly store: Store; readonly connection: Connection }) {
  const { fleet, connection: state } = useStore(store);
  const engine = useMemo(() => createEngine(connection, startEngineWorker), [connection]);
  const [view = "", ...rest] = useRoute();
  const current = view === "" ? "overview" : view;
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <header>
        <h1 title={fleet?.title}>{fleet?.title ?? "karpenter-ts"}</h1>
        <Mode mode={fleet?.mode} />
        <nav aria-label="Views">
          {views.map(([path, title]) => (
            <a key={path} href={`#/${path}`} aria-current={path === current ? "page" : undefined}>
              {title}
            </a>
          ))}
          <a href="./docs/">Documentation</a>
        </nav>
        <ThemeButton />
      </header>
      <StateBanner state={state} connection={connection} />
      <main id="main" tabIndex={-1}>
        {fleet !== undefined && (
          <View name={current} rest={rest} fleet={fleet} engine={engine} connection={connection} />
        )}
      </main>
    </>
  );
}

/** Said wherever decisions are shown that nobody carries out, or not all of them. */
function Mode({ mode = "apply" }: { readonly mode: FleetState["mode"] }) {
  const told = modeTexts[mode];
  return told === undefined ? null : <span class="mode">{told}</span>;
}

const modeTexts: Readonly<Record<NonNullable<FleetState["mode"]>, string | undefined>> = {
  apply: undefined,
  consolidate: "consolidates: only in pools that were handed over",
  plan: "plans: it decides and changes nothing",
  observe: "observes: it decides and writes nothing",
};

function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

function View(props: {
  readonly name: string;
  readonly rest: readonly string[];
  readonly fleet: FleetState;
  readonly engine: Engine;
  readonly connection: Connection;
}) {
  const { name, rest, fleet, engine, connection } = props;
  switch (name) {
    case "overview":
      return <Overview fleet={fleet} engine={engine} />;
    case "nodes":
      return <Nodes fleet={fleet} />;
    case "decisions":
      return <Decisions fleet={fleet} engine={engine} />;
    case "pools":
      return <Pools fleet={fleet} />;
    case "what-if":
      return <WhatIf fleet={fleet} engine={engine} pool={rest.join("/")} />;
    case "findings":
      return <Findings connection={connection} />;
    case "explain":
      return <Explain object={rest.join("/")} fleet={fleet} engine={engine} connection={connection} />;
    default:
      return (
        <p class="nothing">
          There is no view “{name}”. <a href="#/overview">Overview</a>
        </p>
      );
  }
}

type Theme = "auto" | "light" | "dark";
const nextTheme: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const themeKey = "karpenter-theme";

function ThemeButton() {
  const [theme, change] = useState<Theme>(readTheme);
  const turn = (): void => {
    const next = nextTheme[theme];
    localStorage.setItem(themeKey, next);
    show(next);
    change(next);
  };
  useMemo(() => show(theme), []);
  return (
    <button type="button" class="theme" onClick={turn}>
      Theme: {theme}
    </button>
  );
}

function readTheme(): Theme {
  const kept = localStorage.getItem(themeKey);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

function show(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
