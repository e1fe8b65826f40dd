/** The documentation as pages: reads `docs/`, orders it, and finds links that lead nowhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { type NavigationGroup, type Page, pageHtml, readPage } from "./render-page.ts";

/** Pages in the order that a reader meets them; what is not named here comes in its folder's group, by name. */
const order: readonly (readonly [title: string, paths: readonly string[]])[] = [
  ["Begin", ["index", "tutorial", "examples", "concepts", "operate", "v1alpha5"]],
  ["How it works", ["provisioning", "scheduling", "disruption", "node-life", "aws"]],
  ["Without a cluster", ["lint", "ci", "library", "provider"]],
  ["When something is wrong", ["troubleshooting", "faq", "security"]],
  ["How well", ["benchmarks", "comparison", "maintaining"]],
  ["Reference", ["metrics"]],
  ["Rules", []],
  ["Decisions", []],
  ["한국어", []],
];

const folders: Readonly<Record<string, string>> = {
  reference: "Reference",
  rules: "Rules",
  adr: "Decisions",
  ko: "한국어",
};

export interface Site {
  readonly pages: readonly Page[];
  readonly navigation: readonly NavigationGroup[];
}

export function readSite(docs: string): Site {
  const names = readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .toSorted();
  const pages = names.map((name) => readPage(name.slice(0, -".md".length), readFileSync(join(docs, name), "utf8")));
  return { pages, navigation: navigationOf(pages) };
}

function navigationOf(pages: readonly Page[]): readonly NavigationGroup[] {
  const titles = new Map(pages.map(({ path, title }) => [path, title]));
  const named = new Set(order.flatMap(([, paths]) => paths));
  const groupOf = ({ path }: Page): string => folders[path.split("/").at(0) ?? ""] ?? "How it works";
  return order
    .map(([title, paths]) => ({
      title,
      pages: [
        ...paths,
        ...pages.filter((page) => !named.has(page.path) && groupOf(page) === title).map(({ path }) => path),
      ]
        .filter((path) => titles.has(path))
        .map((path) => ({ path, title: titles.get(path) ?? path })),
    }))
    .filter(({ pages: own }) => own.length > 0);
}

/** Every page's file below the site's folder, with its text. */
export const siteFiles = ({ pages, navigation }: Site): readonly (readonly [path: string, text: string])[] =>
  pages.map((page) => [`${page.path}.html`, pageHtml(page, navigation)]);

/** Links that lead nowhere, `page: link`: to pages, to their anchors, or to files of the repository. */
export function brokenLinks({ pages }: Site, root: string): readonly string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links
      .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(link, page, byPath, root))
      .map((link) => `docs/${page.path}.md: ${link}`),
  );
}

function leadsSomewhere(link: string, from: Page, pages: ReadonlyMap<string, Page>, root: string): boolean {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? `${from.path}.md` : normalize(join(dirname(from.path), file));
  if (!target.endsWith(".md") || target.startsWith("..")) return existsSync(join(root, "docs", target));
  const page = pages.get(target.slice(0, -".md".length));
  return page !== undefined && (anchor === undefined || page.anchors.includes(decodeURIComponent(anchor)));
}
