/** Every state of every view, seen: in both themes and on a phone, read by axe, with nothing to complain about. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibilityFindings, openBrowser, openPage } from "./browser.ts";
import { startStoryServer, type StoryServer } from "./stories/story-server.ts";
import { stories } from "./stories/stories.ts";

let browser: Browser;
let server: StoryServer;

beforeAll(async () => {
  server = await startStoryServer();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };

const sees = async (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: 30_000 });

it.each(stories.map((story) => [story.name, story] as const))("story %s", async (name, story) => {
  const { page, complaints } = await openPage(browser, server.urlOf(story), { viewport: wide, colorScheme: "light" });
  await story.act?.(page, server.handleOf(story));
  await sees(page, story.sees);
  const isLarge = story.fleet.nodes.length > 1_000;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `reports/browser/stories/${name}-${colorScheme}.png` });
    // Thousands of boxes differ in nothing that axe looks at.
    const rule = colorScheme === "light" ? undefined : "color-contrast";
    if (!isLarge) expect(await accessibilityFindings(page, rule), `${name} in ${colorScheme}`).toEqual([]);
  }
  await page.setViewportSize(phone);
  await sees(page, story.sees);
  await page.screenshot({ path: `reports/browser/stories/${name}-phone.png`, fullPage: !isLarge });
  expect(
    await page.evaluate("document.documentElement.scrollWidth - innerWidth"),
    "scrolls sideways",
  ).toBeLessThanOrEqual(0);
  expect(complaints.filter((complaint) => !isOfTheServer(complaint))).toEqual([]);
  await page.context().close();
});

/** The browser notes answers that a story means to be refused. */
const isOfTheServer = (complaint: string): boolean => complaint.startsWith("Failed to load resource");
