import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { listPrices, loadCatalogue } from "../../provider-aws/catalogue/index.ts";
import { runCli } from "../program.ts";
import { painter } from "../terminal.ts";
import { browserLines } from "./browser-screen.ts";
import { browserKeys, type BrowserView, leftEntries, openView, pressedInBrowser } from "./browser-view.ts";
import { typeEntries } from "./type-row.ts";

const catalogue = loadCatalogue();
const market = { catalogue, region: "us-east-1", prices: listPrices(catalogue.onDemand.prices) };
const entries = typeEntries(market).filter(({ row }) => /^(m5|c6g)\.(large|xlarge|2xlarge)$/.test(row.name));
const start = openView({ key: "name", descending: false });

/** What is looked at after these keys; "quit" once it was left. */
function after(...keys: readonly string[]): BrowserView {
  let view = start;
  for (const key of keys) {
    const next = pressedInBrowser(view, key, { left: leftEntries(entries, view), page: 4 });
    if (next === "quit") throw new Error(`${JSON.stringify(key)} left`);
    view = next;
  }
  return view;
}

const namesAfter = (...keys: readonly string[]): readonly string[] =>
  leftEntries(entries, after(...keys)).map(({ row }) => row.name);

const linesAfter = (keys: readonly string[], columns = 200): readonly string[] =>
  browserLines(leftEntries(entries, after(...keys)), after(...keys), { columns, rows: 12, paint: painter(false) });

const letters = (text: string): readonly string[] => text.split("");

const { down, pageRight, pageLeft, escape, enter, tab } = browserKeys;

describe("keys of instance-types --output interactive", () => {
  it("move by rows and pages, and stay on the table", () => {
    expect([after(down, down).at, after(pageRight, pageRight).at, after(pageRight, pageLeft, "k").at]).toEqual([
      2, 5, 0,
    ]);
  });

  it("filter by what is typed; Enter keeps the filter, Esc drops it", () => {
    expect(namesAfter("f", "A", "R", "M", enter)).toEqual(["c6g.2xlarge", "c6g.large", "c6g.xlarge"]);
    expect(namesAfter("f", "a", "r", "m", enter, escape).length).toBe(6);
    expect(namesAfter("f", "q", "\u007f", "m", "5", enter)).toEqual(["m5.2xlarge", "m5.large", "m5.xlarge"]);
  });

  it("trim to what was selected, until Esc", () => {
    expect(namesAfter(" ", down, down, " ", "t")).toEqual(["c6g.2xlarge", "c6g.xlarge"]);
    expect(namesAfter(" ", "t", escape).length).toBe(6);
    expect(namesAfter(" ", " ", "t").length).toBe(6);
  });

  it("sort by a row of the list or a typed path, either way round", () => {
    expect(namesAfter("s", down, enter)[0]).toBe("c6g.large");
    expect(namesAfter("s", down, tab, enter).slice(0, 2)).toEqual(["c6g.2xlarge", "m5.2xlarge"]);
    expect(namesAfter("s", ...letters(".onDemandPrice"), tab, enter)[0]).toBe("m5.2xlarge");
    expect(after("s", ...letters("no path"), enter).order).toEqual(start.order);
  });

  it.each(["q", escape, browserKeys.interrupt])("%j leaves", (key) => {
    expect(pressedInBrowser(start, key, { left: entries, page: 4 })).toBe("quit");
  });
});

describe("the picture of it", () => {
  it("marks what is selected and fills the terminal", () => {
    const lines = linesAfter([down, " "]);
    expect([lines.length, lines[2]?.slice(0, 12), lines[1]?.slice(0, 12), lines.at(-1)?.slice(0, 20)]).toEqual([
      12,
      ">* c6g.large",
      "   c6g.2xlar",
      "6 types, 1 selected ",
    ]);
  });

  it("opens all that is known of the type under the cursor", () => {
    const lines = linesAfter([down, "e"]);
    expect(lines.slice(0, 4)).toEqual(["c6g.large", "{", '  "name": "c6g.large",', '  "vcpus": 2,']);
    expect(linesAfter([down, "e", down])[1]).toBe('  "name": "c6g.large",');
  });

  it("fits a terminal of 40 columns", () => {
    expect(linesAfter([], 40).every((line) => line.length <= 40)).toBe(true);
    expect(linesAfter(["s"], 40)[0]).toBe("Sort by (ascending); or type a path: _");
  });
});

/** A terminal that somebody else types into; resolves with what was written once the command has ended. */
async function typedInto(words: readonly string[], keys: readonly string[]): Promise<readonly [number, string]> {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 12 });
  const written: string[] = [];
  output.on("data", (chunk: Buffer) => void written.push(chunk.toString()));
  const drawn = once(output, "data");
  const { signal } = new AbortController();
  const ending = runCli(words, { input, output, errors: new PassThrough().resume(), environment: {}, signal });
  await drawn;
  for (const key of keys) input.write(key);
  return [await ending, written.join("")];
}

describe("instance-types --output interactive", () => {
  it("prints what was selected after the screen is given back", async () => {
    const words = ["instance-types", "--allow-list", "^m5\\.(large|xlarge)$", "--output", "interactive"];
    const [exitCode, written] = await typedInto(words, [" ", `${down} `, "q"]);
    expect(exitCode).toBe(0);
    expect(written).toContain("M5.LARGE".toLowerCase());
    expect(written.split("\u001b[?1049l")[1]).toBe("m5.large\nm5.xlarge\n");
  });
});
