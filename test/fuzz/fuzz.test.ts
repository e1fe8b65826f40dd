/**
 * What others wrote may be anything: no parser throws, none takes long, and none lets a text reach the prototypes of objects.
 * FUZZ_SECONDS for all together (900 nightly), from FUZZ_SEED; without it so many texts that a change breaks the same ones on
 * every machine. A text that has failed is kept in `seeds/NAME/` and comes first from then on.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FuzzedParser, fuzzedParsers } from "./parsers.ts";

const seconds = process.env["FUZZ_SECONDS"] === undefined ? undefined : Number(process.env["FUZZ_SECONDS"]);
/** Texts for each parser where no time is given. */
const textsEach = 300;
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
const mostMilliseconds = 100;
/** Characters of a made text: parsers of YAML take a millisecond for a hundred nested values. */
const longest = 2_000;
const seedFolder = (name: string): string => `${import.meta.dirname}/seeds/${name.replaceAll(" ", "-")}`;

/** Texts that have been trouble to parsers of other people. */
const hostile = [
  "__proto__",
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  "__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}",
  "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]",
  "&a [*a]",
  "[".repeat(150),
  '{"a":'.repeat(150),
  `${'{"a":'.repeat(150)}1${"}".repeat(150)}`,
  "1e400",
  "9".repeat(400),
  "\u0000",
  "\uFEFF",
  "\u2028",
  "!!binary x",
  "!!js/function 'x'",
  "<<: *x",
  "%YAML 9.9\n---",
  "--BOUNDARY",
  " ".repeat(3_000),
  "a".repeat(3_000),
  "-".repeat(3_000),
  "\t\n\r",
];

/** Pieces of what is understood, of what is hostile, and of anything, put together. */
function texts({ samples }: FuzzedParser): fc.Arbitrary<string> {
  const piece = fc
    .tuple(fc.constantFrom(...samples), fc.nat(400), fc.nat(400))
    .map(([sample, from, length]) => sample.slice(from % (sample.length + 1)).slice(0, length));
  const whole = fc.constantFrom(...samples);
  const any = fc.string({ unit: "binary", maxLength: 40 });
  const part = fc.oneof(
    { weight: 5, arbitrary: piece },
    { weight: 2, arbitrary: whole },
    { weight: 2, arbitrary: fc.constantFrom(...hostile) },
    { weight: 1, arbitrary: any },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  );
  const joined = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("").slice(0, longest));
  // A text that is understood, with something put into it.
  const broken = fc.tuple(whole, part, fc.nat(4_000), fc.nat(20)).map(([text, put, at, out]) => {
    const place = at % (text.length + 1);
    return (text.slice(0, place) + put + text.slice(place + out)).slice(0, longest);
  });
  return fc.oneof(joined, broken);
}

const pristine = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted());

/** What is wrong with how a text was taken; undefined when nothing is. */
async function faultOf(parser: FuzzedParser, text: string): Promise<string | undefined> {
  const begun = process.cpuUsage();
  try {
    await parser.read(text);
  } catch (error) {
    if (parser.refuses?.(error) !== true) return `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
  // Of the processor, so that what others do with it meanwhile does not count.
  const { user, system } = process.cpuUsage(begun);
  const took = (user + system) / 1_000;
  if ("polluted" in {} || JSON.stringify(Object.getOwnPropertyNames(Object.prototype).toSorted()) !== pristine)
    return "reached the prototype of objects";
  return took > mostMilliseconds ? `took ${Math.round(took)} ms` : undefined;
}

/** A collection of garbage may fall on any text: what takes long each time hangs. */
async function lastingFaultOf(parser: FuzzedParser, text: string): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    const fault = await faultOf(parser, text);
    if (fault?.startsWith("took") !== true || tries === 5) return fault;
  }
}

function keep(name: string, text: string): string {
  const folder = seedFolder(name);
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${readdirSync(folder).length + 1}.txt`;
  writeFileSync(file, text);
  return file;
}

describe.each(fuzzedParsers)("$name", (parser) => {
  const folder = seedFolder(parser.name);
  const kept = existsSync(folder) ? readdirSync(folder).toSorted() : [];

  it("takes what it is meant for, and what was trouble before", async () => {
    const all = [...parser.samples, ...hostile, ...kept.map((file) => readFileSync(`${folder}/${file}`, "utf8"))];
    for (const text of all)
      expect([text.slice(0, 60), await lastingFaultOf(parser, text)]).toEqual([text.slice(0, 60), undefined]);
  });

  it(
    "takes anything",
    async () => {
      const limits =
        seconds === undefined
          ? { numRuns: textsEach }
          : { numRuns: 1_000_000_000, interruptAfterTimeLimit: (seconds * 1_000) / fuzzedParsers.length };
      const property = fc.asyncProperty(texts(parser), async (text) => {
        const fault = await lastingFaultOf(parser, text);
        if (fault !== undefined) throw new Error(fault);
      });
      const result = await fc.check(property, {
        seed,
        ...limits,
        markInterruptAsFailure: false,
      });
      const [text] = result.counterexample ?? [];
      if (text !== undefined) {
        const why = result.errorInstance instanceof Error ? result.errorInstance.message : "";
        throw new Error(`${keep(parser.name, text)} (seed ${seed}): ${why}`);
      }
      expect(result.numRuns).toBeGreaterThan(10);
    },
    60_000 + ((seconds ?? 0) * 1_000) / fuzzedParsers.length,
  );
});
