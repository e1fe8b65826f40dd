/** A fleet of 5,000 nodes and 100,000 pods, told by the server's own handler from a made-up picture. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDashboardHandler, readPageFiles } from "../../src/server/index.ts";
import { createSystemClock } from "../../src/platform/index.ts";
import { openBrowser, openPage } from "./browser.ts";
import { largeFleet } from "./stories/fleets.ts";
import { madeFeed } from "./stories/made-feed.ts";

const clock = createSystemClock();

const { nodes } = largeFleet;
const size = nodes.length;
const feed = madeFeed({ ...largeFleet, build: "one" });

let browser: Browser;
let url = "";
const server = createServer();

beforeAll(async () => {
  const page = await readPageFiles(fileURLToPath(new URL("../../dist/dashboard", import.meta.url)));
  if (!page.ok) throw new Error(page.failure.message);
  const handler = createDashboardHandler({
    feed,
    clock,
    page: page.value,
    snapshot: () => {
      throw new Error("nobody asks for the picture here");
    },
    explain: () => ({ found: false, body: { message: "nothing is explained here" } }),
    findings: () => ({ findings: [] }),
    prefix: "/clusters/one/",
  });
  server.on("request", (request, response) => {
    if (!handler(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clusters/one/`;
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

/** A figure fails CI, on machines that do other things as well, only beyond three times its bar. */
const slack = 3;

it("is painted within 2 s, behind a path prefix, with names that are markup shown as text", async () => {
  const { page, complaints } = await openPage(browser, url);
  const started = clock.monotonic();
  await page.goto(`${url}#/nodes`);
  await page.reload();
  await page
    .locator("a.box")
    .nth(size - 1)
    .waitFor({ state: "attached" });
  const seconds = (clock.monotonic() - started) / 1000;
  console.log(`5,000 nodes drawn after ${seconds.toFixed(2)} s (bar 2 s)`);
  expect(seconds).toBeLessThan(2 * slack);
  expect(await page.locator("h1").innerText()).toContain("<img src=x");
  expect(await page.title()).toBe("karpenter-ts");
  expect(complaints).toEqual([]);
  await page.screenshot({ path: "reports/browser/large-fleet.png" });
});

it("answers to a click, a filter and a change within 100 ms", async () => {
  const { page } = await openPage(browser, `${url}#/nodes`);
  await page
    .locator("a.box")
    .nth(size - 1)
    .waitFor({ state: "attached" });
  // How long the page's thread is held, by its own clock, from input to the next frame.
  await page.evaluate(`window.longest = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
  }).observe({ type: "event", durationThreshold: 16 });`);
  await page.getByLabel("Filter").pressSequentially("c6a");
  await page.getByLabel("Group by").selectOption("zone");
  await page.getByRole("combobox", { name: /^As/ }).selectOption("table");
  const changed = nodes.slice(0, 50).map((node) => ({ ...node, pods: node.pods + 1 }));
  feed.tell({ time: "2026-11-24T10:00:01Z", nodes: { set: changed, gone: [] } });
  await page.getByLabel("Filter").fill("");
  await page.locator(".row").first().waitFor();
  const longest = Number(await page.evaluate("window.longest"));
  console.log(`longest interaction with 5,000 nodes: ${longest.toFixed(0)} ms (bar 100 ms)`);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(100 * slack);
});

it("asks to be loaded again after an upgrade of the server", async () => {
  const { page } = await openPage(browser, `${url}#/overview`);
  await page.locator("dl.figures").waitFor();
  const upgraded = { ...feed.state(), build: "two" };
  const current = feed.state();
  Object.assign(feed, { state: () => upgraded, since: () => undefined });
  server.closeAllConnections();
  await page.getByRole("button", { name: "Load it again" }).waitFor({ timeout: 20_000 });
  Object.assign(feed, { state: () => current });
});
