import { describe, expect, it } from "vitest";
import { applyOrder, findDuplicates, joinManifests, parseManifests, positionText } from "./index.ts";

const deployment = (name: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: 2\n`;

describe("parseManifests", () => {
  it("reads every document of a file with its place", () => {
    const { objects, problems } = parseManifests(
      "a.yaml",
      `# comment\n---\n${deployment("web")}---\n${deployment("db")}`,
    );
    expect(problems).toEqual([]);
    expect(objects.map(({ object, position }) => [object.metadata.name, positionText(position)])).toEqual([
      ["web", "a.yaml:3:1"],
      ["db", "a.yaml:10:1"],
    ]);
  });

  it("finds the place of a field, and of its nearest parent when the field is missing", () => {
    const entry = parseManifests("a.yaml", deployment("web")).objects[0]!;
    expect(positionText(entry.positionOf(["spec", "replicas"]))).toBe("a.yaml:6:3");
    expect(positionText(entry.positionOf(["spec", "template", "spec"]))).toBe("a.yaml:5:1");
  });

  it("expands lists, and keeps places inside them", () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: one}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: two}\n`;
    const { objects } = parseManifests("list.yaml", text);
    expect(objects.map(({ object, position }) => [object.metadata.name, position.line])).toEqual([
      ["one", 4],
      ["two", 7],
    ]);
  });

  it("reads documents written as JSON", () => {
    const text = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}\n---\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}\n`;
    expect(parseManifests("pods.json", text).objects.map(({ object }) => object.metadata.name)).toEqual(["a", "b"]);
  });

  it("reports a syntax error at its place and still reads the other documents", () => {
    const { objects, problems } = parseManifests("bad.yaml", `a: [1, 2\n---\n${deployment("web")}`);
    expect(objects.map(({ object }) => object.metadata.name)).toEqual(["web"]);
    expect(problems[0]).toMatchObject({ kind: "syntax", position: { file: "bad.yaml" } });
    expect(problems[0]!.position.line).toBeLessThanOrEqual(2);
  });

  it.each([
    ["hello", 'found "hello", expected a Kubernetes object'],
    ["- a\n- b", "found a list, expected a Kubernetes object"],
    ["kind: Pod\nmetadata: {name: a}", "apiVersion: found nothing"],
    ["apiVersion: v1\nmetadata: {name: a}", "kind: found nothing"],
    ["apiVersion: v1\nkind: Pod", "metadata: found nothing"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: b}}", "metadata.name: found nothing"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: 7}", "metadata.name: found the number 7"],
  ])("refuses %j as no object", (text, message) => {
    const { objects, problems } = parseManifests("x.yaml", text);
    expect(objects).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toContain(message);
  });

  it("resolves plain scalars as kubectl does", () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {on: yes, port: 22:22, day: 2024-01-01}\n`;
    const { object } = parseManifests("a.yaml", text).objects[0]!;
    expect((object as unknown as { data: unknown }).data).toEqual({ true: true, port: "22:22", day: "2024-01-01" });
  });

  it("keeps the text of a number that is none, so that it can be quoted", () => {
    const { object } = parseManifests(
      "a.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {big: 1e400}\n",
    ).objects[0]!;
    expect((object as unknown as { data: unknown }).data).toEqual({ big: "1e400" });
  });

  it("says nothing of empty documents", () => {
    expect(parseManifests("empty.yaml", "---\n# nothing\n---\n")).toEqual({ objects: [], problems: [] });
  });
});

describe("order and duplicates", () => {
  const named = (kind: string, name: string, line: string): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n${line}`;

  it("applies what others refer to first and keeps the order of the rest", () => {
    const set = parseManifests(
      "a.yaml",
      ["Pod a", "Namespace ns", "Service s", "StorageClass c"]
        .map((line) => named(line.split(" ")[0]!, line.split(" ")[1]!, ""))
        .join("---\n"),
    );
    expect(applyOrder(set.objects).map(({ object }) => object.kind)).toEqual([
      "Namespace",
      "StorageClass",
      "Pod",
      "Service",
    ]);
  });

  it("names an object that two files define", () => {
    const set = joinManifests([
      parseManifests("a.yaml", deployment("web")),
      parseManifests("b.yaml", deployment("web")),
    ]);
    const [duplicate] = findDuplicates(set.objects);
    expect(duplicate).toMatchObject({
      name: "apps/v1 Deployment web",
      first: { position: { file: "a.yaml" } },
      second: { position: { file: "b.yaml" } },
    });
  });

  it.each([
    ["without its anchor", "a: *b\n"],
    ["inside of its anchor", "apiVersion: v1\nkind: Pod\nmetadata: &a {name: x, labels: *a}\n"],
    [
      "that multiplies",
      `${["a", "b", "c", "d", "e", "f", "g", "h"]
        .map(
          (key, i, all) =>
            `${key}: &${key} [${Array(9)
              .fill(i === 0 ? "x" : `*${all[i - 1]}`)
              .join()}]`,
        )
        .join("\n")}\n`,
    ],
  ])("tells of an alias %s, and reads the documents beside it", (_what, text) => {
    const set = parseManifests("a.yaml", `${text}---\n${deployment("web")}`);
    expect(set.problems.map(({ kind }) => kind)).toEqual(["syntax"]);
    expect(set.objects.map(({ object }) => object.metadata.name)).toEqual(["web"]);
  });
});
