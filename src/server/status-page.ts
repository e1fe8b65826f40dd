import type { DecisionLine, NodeStatusLine, StatusState } from "./contract/index.ts";

/** The plain status page: no script, renewed by the browser every five seconds, readable on a phone and in the dark. */
export function renderStatusPage(state: StatusState): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>${text(state.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>${text(state.title)}</h1><p class="quiet">as of <time datetime="${text(state.time)}">${text(clockTime(state.time))} UTC</time>, renewed every 5 s</p></header>
${renderFigures(state)}
${renderNodes(state.nodes)}
${renderDecisions(state.decisions)}
${renderHints(state.hints)}
</main>
</body>
</html>
`;
}

function renderFigures({ pods, nodes, pricePerHour }: StatusState): string {
  const figures: readonly (readonly [string, string])[] = [
    ["machines", String(nodes.length)],
    ["cost", `${pricePerHour.toFixed(3)} $/h`],
    ["a month", `${(pricePerHour * 730).toFixed(0)} $`],
    ["pods running", String(pods.running)],
    ["pending", String(pods.pending)],
    ["done", String(pods.succeeded)],
    ["failed", String(pods.failed)],
  ];
  const items = figures.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("");
  return `<section aria-label="Figures"><dl class="figures">${items}</dl></section>`;
}

function renderNodes(nodes: readonly NodeStatusLine[]): string {
  const rows = nodes.map(renderNode).join("\n");
  const table = `<div class="wide"><table><thead><tr><th>Node</th><th>Pool</th><th>Machine</th><th>Zone</th><th>Price</th><th>State</th><th>Pods</th><th>CPU asked</th><th>Memory asked</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return `<section><h2>Machines</h2>${nodes.length === 0 ? `<p class="quiet">None: no pod needs one.</p>` : table}</section>`;
}

function renderNode(node: NodeStatusLine): string {
  const price = node.pricePerHour === undefined ? "" : `${node.pricePerHour.toFixed(4)} $/h`;
  const cells = [node.name, node.pool, `${node.type} ${node.capacityType}`, node.zone, price].map(
    (cell) => `<td>${text(cell)}</td>`,
  );
  return `<tr>${cells.join("")}<td><span class="state ${node.state}">${node.state}</span></td><td class="number">${node.pods}</td><td>${bar(node.cpuShare)}</td><td>${bar(node.memoryShare)}</td></tr>`;
}

function bar(share: number): string {
  const percent = Math.round(share * 100);
  return `<meter min="0" max="100" value="${Math.min(percent, 100)}">${percent} %</meter> <span class="quiet">${percent} %</span>`;
}

function renderDecisions(decisions: readonly DecisionLine[]): string {
  const items = decisions.map(renderDecision).join("\n");
  return `<section><h2>Decisions</h2>${decisions.length === 0 ? `<p class="quiet">None yet.</p>` : `<ol class="decisions">${items}</ol>`}</section>`;
}

function renderDecision(decision: DecisionLine): string {
  const machine = [decision.machine, decision.capacityType, decision.zone]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
  const price = decision.pricePerHour === undefined ? "" : ` at ${decision.pricePerHour.toFixed(4)} $/h`;
  const title = machine === "" ? (decision.node ?? "") : `${machine}${price}`;
  const shown = decision.pods.slice(0, 4).join(", ");
  const pods =
    decision.pods.length === 0
      ? ""
      : `<span class="quiet"> for ${decision.pods.length === 1 ? "" : `${decision.pods.length} pods: `}${text(shown)}${decision.pods.length > 4 ? " and others" : ""}</span>`;
  return `<li><time datetime="${text(decision.time)}">${text(clockTime(decision.time))}</time> <b>${text(decision.kind)}</b> ${text(title)}${pods}<br><span>${text(decision.reason)}</span></li>`;
}

function renderHints(hints: readonly string[]): string {
  if (hints.length === 0) return "";
  return `<section><h2>Try</h2>${hints.map((hint) => `<pre>${text(hint)}</pre>`).join("")}</section>`;
}

const clockTime = (time: string): string => time.slice(11, 19);

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML: everything that comes from a cluster goes through here. */
const text = (value: string): string => value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);

const style = `
:root { color-scheme: light dark; --line: #d0d4da; --quiet: #5a6470; --back: #ffffff; --text: #14181d; --good: #1a7f37; --warm: #9a6700; --cold: #57606a; }
@media (prefers-color-scheme: dark) { :root { --line: #30363d; --quiet: #9aa4af; --back: #0d1117; --text: #e6edf3; --good: #3fb950; --warm: #d29922; --cold: #8b949e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 0.5rem; }
.quiet { color: var(--quiet); } header p { margin: 0; }
.figures { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0; }
.figures div { border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem 0.9rem; min-width: 7rem; }
.figures dt { color: var(--quiet); font-size: 0.85rem; } .figures dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; white-space: nowrap; }
th, td { text-align: left; padding: 0.35rem 0.8rem 0.35rem 0; border-bottom: 1px solid var(--line); } th { color: var(--quiet); font-weight: 500; }
.number { font-variant-numeric: tabular-nums; } meter { width: 5rem; vertical-align: middle; }
.state.ready { color: var(--good); } .state.launching, .state.joining { color: var(--warm); } .state.leaving { color: var(--cold); }
.decisions { list-style: none; padding: 0; margin: 0; } .decisions li { border-bottom: 1px solid var(--line); padding: 0.4rem 0; overflow-wrap: anywhere; }
.decisions time { color: var(--quiet); font-variant-numeric: tabular-nums; }
pre { background: color-mix(in srgb, var(--line) 35%, transparent); padding: 0.6rem; border-radius: 6px; overflow-x: auto; margin: 0.4rem 0; }
`;
