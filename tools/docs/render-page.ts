/** Markdown as a page of the documentation: contents at its side, anchors at its headings, no script. */
import MarkdownIt from "markdown-it";
import anchor from "markdown-it-anchor";

export interface Page {
  /** From `docs/`, without `.md`: `reference/commands`. */
  readonly path: string;
  readonly title: string;
  readonly language: "en" | "ko";
  /** Body as HTML. */
  readonly html: string;
  /** Anchors of its headings. */
  readonly anchors: readonly string[];
  /** Addresses that it links to, as written. */
  readonly links: readonly string[];
}

export interface NavigationGroup {
  readonly title: string;
  readonly pages: readonly { readonly path: string; readonly title: string }[];
}

/** Anchors as GitHub makes them, so that links work in the repository as well. */
const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

export function readPage(path: string, markdown: string): Page {
  const links: string[] = [];
  const anchors: string[] = [];
  const renderer = new MarkdownIt({ html: false, linkify: false }).use(anchor, {
    slugify: slug,
    callback: (_token: unknown, { slug: id }: { readonly slug: string }) => void anchors.push(id),
  });
  const plainLink = renderer.renderer.rules["link_open"];
  renderer.renderer.rules["link_open"] = (tokens, index, options, environment, self) => {
    const token = tokens[index];
    const href = String(token?.attrGet("href") ?? "");
    links.push(href);
    token?.attrSet("href", href.replace(/\.md(?=#|$)/, ".html"));
    return plainLink === undefined
      ? self.renderToken(tokens, index, options)
      : plainLink(tokens, index, options, environment, self);
  };
  const plainImage = renderer.renderer.rules["image"];
  renderer.renderer.rules["image"] = (tokens, index, options, environment, self) => {
    links.push(String(tokens[index]?.attrGet("src") ?? ""));
    return plainImage?.(tokens, index, options, environment, self) ?? self.renderToken(tokens, index, options);
  };
  const html = renderer.render(markdown);
  const title = /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "") ?? path;
  return { path, title, language: path.startsWith("ko/") ? "ko" : "en", html, anchors, links };
}

/** The whole page. Addresses are relative, so that it works below any prefix and from files. */
export function pageHtml(page: Page, navigation: readonly NavigationGroup[]): string {
  const up = "../".repeat(page.path.split("/").length - 1);
  const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const groups = navigation
    .map(({ title, pages }) => {
      const items = pages
        .map(({ path, title: name }) => {
          const current = path === page.path ? ' aria-current="page"' : "";
          return `<li><a href="${up}${path}.html"${current}>${escape(name)}</a></li>`;
        })
        .join("");
      return `<h2>${escape(title)}</h2><ul>${items}</ul>`;
    })
    .join("");
  return `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)} · karpenter-ts</title>
<link rel="stylesheet" href="${up}style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<p class="to-contents"><a href="#contents">Contents</a> <a href="${up}../#/overview">Dashboard</a></p>
<details class="contents" id="contents" open><summary>Contents</summary><nav aria-label="Contents"><p><a href="${up}../#/overview">Dashboard</a></p>${groups}</nav></details>
<main id="content">
${page.html}
</main>
</body>
</html>
`;
}
