/** Every state of every view as a story: what the server tells, where to look, and what has to be seen. */
import type { Page } from "playwright-core";
import type { ClusterSnapshot } from "../../../src/core/index.ts";
import type { FleetState } from "../../../src/server/contract/index.ts";
import type { ExplainReport } from "../../../src/studies/index.ts";
import { boundPod, pod } from "../../builders/pods.ts";
import { managedNode, nodePool, snapshot } from "../../builders/snapshot.ts";
import { emptyFleet, fullFleet, largeFleet, longFleet } from "./fleets.ts";

export interface Story {
  /** `view-state`, as its screenshots are called. */
  readonly name: string;
  /** After `#/`. */
  readonly path: string;
  readonly fleet: FleetState;
  /** What to see before the story counts as told. */
  readonly sees: string | RegExp;
  /** Addresses below `api/v1/` that never answer, or with that status. */
  readonly faults?: Readonly<Record<string, "silent" | number>>;
  readonly findings?: unknown;
  readonly explained?: { readonly found: boolean; readonly body: unknown };
  readonly picture?: ClusterSnapshot;
  /** The server asks for a token that the page does not have. */
  readonly isLocked?: boolean;
  /** What the reader does. */
  readonly act?: (page: Page, server: StoryHandle) => Promise<void>;
}

/** What a story may do to its own server. */
export interface StoryHandle {
  /** From now on nothing is answered, and open streams end. */
  stop(): void;
  /** Another build is served from now on. */
  upgrade(): void;
}

const picture = snapshot({
  pools: [nodePool("general", { limits: { cpu: "100" } }), nodePool("other", { weight: 10 })],
  managed: [managedNode("n-1", { pool: "general" }), managedNode("n-2", { pool: "general" })],
  pods: [
    boundPod("web-1", "n-1", { requests: { cpu: "1" } }),
    pod("web-2", { requests: { cpu: "2" } }),
    pod("huge", { requests: { cpu: "2000" } }),
  ],
});

const told = (explained: ExplainReport): NonNullable<Story["explained"]> => ({ found: true, body: explained });

const pendingPod: ExplainReport = {
  schema: "explain/1",
  object: "pod/shop/api-7d9f-22xkq",
  verdict: "nothing has a place for it",
  reasons: [
    { layer: "node", code: "insufficient", text: "5 of 5 nodes do not have enough cpu", count: 5 },
    { layer: "pool", code: "limits", text: "all available instance types exceed limits of NodePool general" },
  ],
  remedies: [
    {
      text: "raise limits of NodePool general: cpu from 64 to 72",
      object: "NodePool/general",
      patch: { spec: { limits: { cpu: "72" } } },
      verified: true,
    },
    { text: "ask for less than 1 cpu", object: "pod/shop/api-7d9f-22xkq", verified: false },
  ],
};

const standingNode: ExplainReport = {
  schema: "explain/1",
  object: "node/ip-10-0-0-14.ec2.internal",
  verdict: "it stays",
  reasons: [{ layer: "pod", code: "pod-do-not-disrupt", text: "pod shop/web-7 asks to be left alone" }],
  remedies: [],
  costPerMonth: 223.4,
};

const finding = (rule: string, severity: string, message: string) => ({
  rule,
  severity,
  object: { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "general" },
  path: "spec.limits",
  message,
  fix: "Add the missing resource to the limits.",
});

const loading: readonly Story[] = [
  {
    name: "page-loading",
    path: "overview",
    fleet: fullFleet,
    sees: "Asking for the state",
    faults: { events: "silent" },
  },
  { name: "page-refused", path: "overview", fleet: fullFleet, sees: /No contact .* 500/, faults: { events: 500 } },
  { name: "page-locked", path: "overview", fleet: fullFleet, sees: "This dashboard asks for a token", isLocked: true },
  { name: "page-unknown", path: "nowhere", fleet: fullFleet, sees: "There is no view “nowhere”" },
  {
    name: "page-observer",
    path: "decisions",
    fleet: { ...fullFleet, mode: "observe" },
    sees: "it decides and writes nothing",
  },
];

const views = ["overview", "nodes", "decisions", "pools"] as const;
const empty = {
  overview: "None yet.",
  nodes: "no pod needs one",
  decisions: "None yet.",
  pools: "nothing is launched",
};
const heading = { overview: "Pods that wait", nodes: "Nodes", decisions: "What was done", pools: "Pools" };

const lists: readonly Story[] = views.flatMap((view): readonly Story[] => [
  { name: `${view}-empty`, path: view, fleet: emptyFleet, sees: empty[view] },
  { name: `${view}-full`, path: view, fleet: fullFleet, sees: heading[view] },
  { name: `${view}-long-names`, path: view, fleet: longFleet, sees: "a-very-long-name" },
  { name: `${view}-5000-nodes`, path: view, fleet: largeFleet, sees: heading[view] },
  {
    name: `${view}-stopped`,
    path: view,
    fleet: fullFleet,
    sees: /No contact with the controller since \d\d:\d\d:\d\d UTC/,
    act: async (page, server) => {
      await page.getByRole("heading", { name: heading[view] }).first().waitFor();
      server.stop();
    },
  },
]);

const asTable = async (page: Page): Promise<void> => {
  await page.getByRole("combobox", { name: /^As/ }).selectOption("table");
};

const details: readonly Story[] = [
  { name: "nodes-table", path: "nodes", fleet: fullFleet, sees: "Memory asked for", act: asTable },
  { name: "nodes-table-long-names", path: "nodes", fleet: longFleet, sees: "Memory asked for", act: asTable },
  {
    name: "nodes-none-matches",
    path: "nodes",
    fleet: fullFleet,
    sees: "None matches.",
    act: (page) => page.getByLabel("Filter").fill("no such node"),
  },
  {
    name: "decisions-none-matches",
    path: "decisions",
    fleet: fullFleet,
    sees: "None matches the filter.",
    act: (page) => page.getByLabel("Filter").fill("no such decision"),
  },
  {
    name: "decisions-planned",
    path: "decisions",
    fleet: fullFleet,
    picture,
    sees: /default\/huge has no place/,
    act: (page) => page.getByRole("button", { name: "Plan it" }).click(),
  },
  {
    name: "decisions-plan-refused",
    path: "decisions",
    fleet: fullFleet,
    faults: { engine: 503 },
    sees: "the server answers 503",
    act: (page) => page.getByRole("button", { name: "Plan it" }).click(),
  },
  {
    name: "overview-saving",
    path: "overview",
    fleet: fullFleet,
    picture,
    sees: /\$\/month: from|Nothing: no node/,
    act: (page) => page.getByRole("button", { name: "Compute it" }).click(),
  },
  {
    name: "overview-saving-refused",
    path: "overview",
    fleet: fullFleet,
    faults: { engine: 503 },
    sees: "the server answers 503",
    act: (page) => page.getByRole("button", { name: "Compute it" }).click(),
  },
  {
    name: "page-upgraded",
    path: "overview",
    fleet: fullFleet,
    sees: "The controller was upgraded",
    act: async (page, server) => {
      await page.getByText("Pods that wait").waitFor();
      server.upgrade();
    },
  },
];

const edited = async (page: Page, change: (text: string) => string): Promise<void> => {
  const editor = page.getByLabel("As it would be");
  await page.getByText("Edit the pool and ask").waitFor();
  await editor.fill(change(await editor.inputValue()));
  await page.getByRole("button", { name: "Show the plan" }).click();
};

/** The pools of the fleet are those of the picture. */
const edits: FleetState = {
  ...fullFleet,
  pools: fullFleet.pools.slice(1, 2),
};

const whatIf: readonly Story[] = [
  { name: "what-if-no-pool", path: "what-if", fleet: emptyFleet, sees: "There is no pool to edit." },
  { name: "what-if-loading", path: "what-if", fleet: edits, sees: "Loading the engine", faults: { engine: "silent" } },
  { name: "what-if-refused", path: "what-if", fleet: edits, sees: "cannot be shown", faults: { engine: 500 } },
  { name: "what-if-ready", path: "what-if", fleet: edits, picture, sees: "Edit the pool and ask for the plan" },
  {
    name: "what-if-answered",
    path: "what-if",
    fleet: edits,
    picture,
    sees: "Built anew it would cost",
    act: (page) => edited(page, (text) => text.replace('cpu: "100"', 'cpu: "2"')),
  },
  {
    name: "what-if-bad-edit",
    path: "what-if",
    fleet: edits,
    picture,
    sees: /line \d+: spec\.weight/,
    act: (page) => edited(page, (text) => text.replace("\nspec:", "\nspec:\n  weight: 1000")),
  },
];

const findings: readonly Story[] = [
  { name: "findings-loading", path: "findings", fleet: fullFleet, sees: "Looking at", faults: { findings: "silent" } },
  {
    name: "findings-failed",
    path: "findings",
    fleet: fullFleet,
    sees: "the server answers 500",
    faults: { findings: 500 },
  },
  { name: "findings-none", path: "findings", fleet: fullFleet, findings: { findings: [] }, sees: "keep to every" },
  {
    name: "findings-full",
    path: "findings",
    fleet: fullFleet,
    findings: {
      findings: [
        finding("KBP602", "info", "memory of NodePool general is unlimited"),
        finding("KBP401", "error", "spot alone, of one type in one zone"),
        finding("KBP601", "warning", `${"very ".repeat(60)}long, and <script>alert(1)</script>`),
      ],
    },
    sees: "KBP401",
  },
];

const explained: readonly Story[] = [
  {
    name: "explain-loading",
    path: "explain/pod/shop/x",
    fleet: fullFleet,
    sees: "Asking",
    faults: { explain: "silent" },
  },
  {
    name: "explain-failed",
    path: "explain/pod/shop/x",
    fleet: fullFleet,
    sees: "answers 500",
    faults: { explain: 500 },
  },
  {
    name: "explain-not-found",
    path: "explain/pod/shop/gone",
    fleet: fullFleet,
    explained: { found: false, body: { message: "there is no pod shop/gone in the input" } },
    sees: "there is no pod shop/gone",
  },
  {
    name: "explain-pod",
    path: "explain/pod/shop/api-7d9f-22xkq",
    fleet: fullFleet,
    explained: told(pendingPod),
    sees: "tried on the engine",
  },
  {
    name: "explain-node",
    path: "explain/node/ip-10-0-0-14.ec2.internal",
    fleet: fullFleet,
    explained: told(standingNode),
    picture: snapshot({
      pools: [nodePool("general")],
      managed: [managedNode("ip-10-0-0-14.ec2.internal", { pool: "general" })],
      pods: ["web-7", "web-8"].map((name) => boundPod(name, "ip-10-0-0-14.ec2.internal", { requests: { cpu: "1" } })),
    }),
    sees: "default/web-8",
  },
  {
    name: "explain-in-a-large-fleet",
    path: "explain/pod/default/huge",
    fleet: largeFleet,
    picture,
    sees: "nothing has a place for it",
  },
  {
    name: "explain-long-names",
    path: `explain/node/${encodeURIComponent(longFleet.nodes[0]?.name ?? "")}`,
    fleet: longFleet,
    explained: told({ ...pendingPod, verdict: `it stays: ${longFleet.nodes[0]?.name ?? ""}` }),
    sees: "it stays",
  },
];

export const stories: readonly Story[] = [...loading, ...lists, ...details, ...whatIf, ...findings, ...explained];
