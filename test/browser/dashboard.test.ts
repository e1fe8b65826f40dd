import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deploymentType } from "../../src/api/index.ts";
import { clientFromKubeconfig } from "../../src/kube/index.ts";
import { createSurroundings } from "../controlplane/surroundings.ts";
import type { FleetState } from "../../src/server/contract/index.ts";
import type { SimulateReport } from "../../src/studies/index.ts";
import { runKarpenter, type Running, startKarpenter } from "../main-job/process.ts";
import { accessibilityFindings, openBrowser, openPage } from "./browser.ts";
import { application, pool } from "./objects.ts";

const views = ["overview", "nodes", "decisions", "pools", "what-if", "findings"] as const;

let folder = "";
let cluster: Running;
let url = "";
let browser: Browser;

const kubeconfig = (): string => join(folder, "kubeconfig");
const fleet = async (): Promise<FleetState> => (await (await fetch(`${url}/api/v1/fleet`)).json()) as FleetState;

const headings = {
  overview: "Pods that wait",
  nodes: "Nodes",
  decisions: "What was done, and why",
  pools: "Pools",
  "what-if": "What if?",
  findings: "Findings of lint",
} as const satisfies Record<(typeof views)[number], string>;

/** Shows a view and waits until it is drawn. */
async function show(page: Page, view: (typeof views)[number]): Promise<void> {
  await page.goto(`${url}/#/${view}`);
  await page.getByRole("heading", { name: headings[view], exact: true }).waitFor();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "browser-"));
  await writeFile(join(folder, "cluster.yaml"), `${pool}---\n${application}`);
  const ports = ["--api-port", "0", "--http-port", "0"];
  cluster = startKarpenter(["up", "-f", join(folder, "cluster.yaml"), ...ports, "--kubeconfig-out", kubeconfig()]);
  const [, found = ""] = await cluster.waitFor(/dashboard +(http:\S+)/, 60_000);
  url = found;
  await vi.waitUntil(async () => (await fleet()).figures.pods.running === 12, { timeout: 90_000, interval: 500 });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  cluster?.child.kill("SIGTERM");
  await cluster?.ended;
  await rm(folder, { recursive: true });
});

describe("the dashboard of a cluster that runs", () => {
  it("tells cost, nodes and pods as the server does", async () => {
    const { page, complaints } = await openPage(browser, url);
    await show(page, "overview");
    const { figures } = await fleet();
    const shown = await page.locator("dl.figures").innerText();
    expect(shown).toContain(`${figures.pricePerHour.toFixed(figures.pricePerHour >= 1 ? 2 : 4)} $/h`);
    expect(shown).toMatch(/Pods running\s+12/);
    expect(shown).toMatch(/Pods pending\s+1/);
    await page.screenshot({ path: "reports/browser/overview.png", fullPage: true });
    expect(complaints).toEqual([]);
  });

  it("draws a box for each node and a row for each, and finds them by type", async () => {
    const { page } = await openPage(browser, url);
    const { nodes } = await fleet();
    await show(page, "nodes");
    expect(await page.locator("a.box").count()).toBe(nodes.length);
    await page.getByRole("combobox", { name: /^As/ }).selectOption("table");
    expect(await page.locator(".row").count()).toBe(nodes.length);
    await page.getByLabel("Filter").fill("no such type");
    expect(await page.locator(".row").count()).toBe(0);
  });

  it("shows decisions with their reasons", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "decisions");
    await page.getByLabel("Filter").fill("launch ");
    const { decisions } = await fleet();
    const launch = decisions.find(({ kind }) => kind === "launch");
    expect(await page.locator("ol.decisions").innerText()).toContain(launch?.reason);
  });

  it("shows what a pool holds of its limits", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "pools");
    const [general] = (await fleet()).pools;
    expect(await page.locator("article").innerText()).toContain(`${general?.limits[0]?.used} of 64`);
  });

  it("tells what lint finds in its pools, and leads to the page of the rule", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "findings");
    const first = page.locator("li.card a").first();
    const rule = await first.innerText();
    await first.click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain(rule);
  });

  it("explains a pod that waits, and what would place it", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "overview");
    await page.getByRole("link", { name: "default/nowhere" }).first().click();
    await page.locator(".verdict").waitFor();
    expect(await page.locator("main").innerText()).toContain("example.com/room");
  });

  it("follows the cluster without being loaded again", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "overview");
    const before = await page.locator("dl.figures").innerText();
    await scaleTo(13);
    await expect.poll(() => page.locator("dl.figures").innerText(), { timeout: 30_000 }).toMatch(/Pods running\s+13/);
    expect(before).toMatch(/Pods running\s+12/);
    await scaleTo(12);
    await expect.poll(() => page.locator("dl.figures").innerText(), { timeout: 30_000 }).toMatch(/Pods running\s+12/);
  });
});

describe("what if", () => {
  it("answers an edit as the command line does", async () => {
    const { page, complaints } = await openPage(browser, url);
    await show(page, "what-if");
    const editor = page.getByLabel("As it would be");
    await expect.poll(() => editor.inputValue(), { timeout: 20_000 }).toContain("karpenter.k8s.aws/instance-category");
    const edited = (await editor.inputValue()).replace(/values:\s*- c\s*- m\s*- r/, "values: [r]");
    expect(edited).toContain("values: [r]");
    await editor.fill(edited);
    await page.getByRole("button", { name: "Show the plan" }).click();
    await page.locator("table caption").waitFor({ timeout: 30_000 });
    const cells = await page.locator("tbody td:last-child").allInnerTexts();
    await page.screenshot({ path: "reports/browser/what-if-answered.png", fullPage: true });

    const told = await answerOfCommandLine(edited);
    expect(cells[0]).toBe(String(told.nodes.length));
    expect(cells[1]).toBe(`${told.pricePerHour.toFixed(4)} $/h`);
    expect(cells[5]).toBe(String(told.unplaced.length));
    expect(cells[1]).not.toBe(await page.locator("tbody tr:nth-child(2) td:nth-child(2)").innerText());
    expect(complaints).toEqual([]);
  });

  it.each([
    ["spec: [", /line \d+: /],
    ["replaced", /line 1: /],
    ["weight", /line \d+: spec\.weight/],
  ])("says where an edit is wrong: %s", async (how, problem) => {
    const { page } = await openPage(browser, url);
    await show(page, "what-if");
    const editor = page.getByLabel("As it would be");
    await expect.poll(() => editor.inputValue(), { timeout: 20_000 }).toContain("kind: NodePool");
    const text = await editor.inputValue();
    const edits: Readonly<Record<string, string>> = {
      replaced: "hello",
      weight: text.replace("\nspec:", "\nspec:\n  weight: 1000"),
    };
    await editor.fill(edits[how] ?? `${text}\n${how}`);
    await page.getByRole("button", { name: "Show the plan" }).click();
    await page.locator("#edit-problems li").first().waitFor();
    expect(await page.locator("#edit-problems").innerText()).toMatch(problem);
  });
});

describe("people who", () => {
  it.each(["light", "dark"] as const)("see in %s: nothing keeps them out, by axe", async (colorScheme) => {
    for (const view of views) {
      const { page } = await openPage(browser, url, { colorScheme });
      await show(page, view);
      expect(await accessibilityFindings(page), view).toEqual([]);
      await page.screenshot({ path: `reports/browser/${view}-${colorScheme}.png` });
      await page.context().close();
    }
  });

  it.each(views)("read %s on a phone need not scroll sideways", async (view) => {
    const { page } = await openPage(browser, url, { viewport: { width: 360, height: 740 } });
    await show(page, view);
    const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    await page.screenshot({ path: `reports/browser/${view}-phone.png`, fullPage: true });
    expect(beyond).toBe(0);
  });

  it("use the keyboard reach every view, and see where they are", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "overview");
    const reached: string[] = [];
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press("Tab");
      reached.push(String(await page.evaluate("document.activeElement?.textContent?.trim()")));
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline, reached.at(-1)).not.toBe("none");
    }
    expect(reached.slice(0, 9)).toEqual([
      "Skip to the content",
      "Overview",
      "Nodes",
      "Decisions",
      "Pools",
      "What if",
      "Findings",
      "Documentation",
      "Theme: auto",
    ]);
    await page.getByRole("link", { name: "Pools" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("main h2").first().innerText()).toBe("Pools");
  });

  it("choose a theme keep it", async () => {
    const { page } = await openPage(browser, url);
    await show(page, "overview");
    await page.getByRole("button", { name: /Theme/ }).click();
    await page.getByRole("button", { name: /Theme/ }).click();
    await page.reload();
    expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  });
});

it("a controller that is stopped is told with the time, and the last state stays", async () => {
  const { page } = await openPage(browser, url);
  await show(page, "overview");
  cluster.child.kill("SIGSTOP");
  cluster.child.kill("SIGKILL");
  await page.getByText(/No contact with the controller since \d\d:\d\d:\d\d UTC/).waitFor();
  expect(await page.locator("dl.figures").innerText()).toMatch(/Pods running\s+12/);
});

/** What `simulate` says of the same objects with the edited pool. */
async function answerOfCommandLine(edited: string): Promise<SimulateReport> {
  const file = join(folder, "edited.yaml");
  await writeFile(file, `${edited}---\n${application}`);
  const { stdout } = await runKarpenter(["simulate", "-f", file, "--output", "json"]);
  return JSON.parse(stdout) as SimulateReport;
}

async function scaleTo(replicas: number): Promise<void> {
  const { client } = await clientFromKubeconfig({ path: kubeconfig() }, createSurroundings());
  await client.patch(
    deploymentType,
    { namespace: "default", name: "web" },
    { type: "merge", body: { spec: { replicas } } },
  );
  await client.close();
}
