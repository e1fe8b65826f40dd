import { writeFile } from "node:fs/promises";
import {
  type Advice,
  adviceDocument,
  adviceGithub,
  adviceJunit,
  adviceMarkdown,
  adviceSarif,
  adviceTable,
  type AdvisorInput,
  advise,
  allRules,
  type Baseline,
  baselineOf,
  type Configuration,
  emptyConfiguration,
  expiredEntries,
  explainRule,
  type Finding,
  listRules,
  type Rule,
  readBaseline,
  readConfiguration,
  type Severity,
  severityRank,
} from "../../advisor/index.ts";
import { positionText } from "../../manifests/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import { type Fixed, fixTexts, patchOf, writeTexts } from "./fix/fix-files.ts";
import type { Terminal } from "../terminal.ts";
import { defaultRegion, type LintInputFlags, parsedAs, readLintInput, textOf } from "./lint-input.ts";

export const lintOutputs = ["table", "json", "sarif", "junit", "markdown", "github"] as const;

export interface LintFlags extends LintInputFlags {
  readonly output: (typeof lintOutputs)[number];
  readonly failOn?: Severity | "never";
  readonly ignore: readonly string[];
  readonly config?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly explain?: string;
  readonly rules: boolean;
  readonly fix: boolean;
  readonly cost: boolean;
}

/** Findings on standard output. 0 when none is at or above --fail-on, 1 otherwise, 2 for unreadable input. */
export async function runLint(flags: LintFlags, terminal: Terminal, now: Date): Promise<number> {
  if (flags.rules || flags.explain !== undefined) {
    terminal.output.write(flags.explain === undefined ? listRules(allRules) : explainRule(ruleOf(flags.explain)));
    return exitCodes.fine;
  }
  const given = await readLintInput(flags, terminal, now.getTime());
  const configuration = await readConfigurationFile(flags.config);
  const look = await lookWith(flags, configuration, { terminal, today: now.toISOString().slice(0, 10) });
  const { input, advice: plain } = flags.fix
    ? await fixed(given, look, terminal)
    : { input: given, advice: look(given) };
  const advice = flags.cost ? await priced(plain, input, { flags, terminal }) : plain;
  if (flags.writeBaseline !== undefined) {
    await writeFile(flags.writeBaseline, `${JSON.stringify(baselineOf(advice.findings), null, 2)}\n`);
    return exitCodes.fine;
  }
  terminal.output.write(reportOf(flags.output, advice, flags.fix ? (finding) => patchOf(input, finding) : undefined));
  return exitCodeOf(advice, flags.failOn ?? configuration.failOn ?? "warning", problemsOf(input, terminal));
}

/** The rules, and what of their findings is silenced or known. */
async function lookWith(
  flags: LintFlags,
  { ignore, thresholds, teamLabels }: Configuration,
  { terminal, today }: { readonly terminal: Terminal; readonly today: string },
): Promise<(input: AdvisorInput) => Advice> {
  for (const { rule, object = "every object", until = "" } of expiredEntries({ ignore, today }))
    terminal.errors.write(`karpenter: the entry that ignores ${rule} for ${object} has expired on ${until}\n`);
  const baseline = flags.baseline === undefined ? undefined : await readBaselineFile(flags.baseline);
  const rules = new Set(flags.ignore.map((id) => ruleOf(id).id));
  const options = { silencing: { ignore, rules, today }, ...(baseline === undefined ? {} : { baseline }) };
  const figures = { thresholds, ...(teamLabels === undefined ? {} : { teamLabels }) };
  return (input) => advise({ ...input, ...figures }, allRules, options);
}

/** Writes what is safe, and says what it wrote on standard error. */
async function fixed(
  given: AdvisorInput,
  look: (input: AdvisorInput) => Advice,
  terminal: Terminal,
): Promise<Pick<Fixed, "input" | "advice">> {
  const result = fixTexts(given, look);
  await writeTexts(result.changed);
  const files = [...result.changed.keys()];
  terminal.errors.write(
    files.length === 0
      ? "karpenter: nothing to write: no finding in a file has a fix that is safe\n"
      : `karpenter: wrote ${result.count} ${result.count === 1 ? "fix" : "fixes"} to ${files.join(", ")}\n`,
  );
  return result;
}

async function priced(
  advice: Advice,
  input: AdvisorInput,
  { flags, terminal }: { readonly flags: LintFlags; readonly terminal: Terminal },
): Promise<Advice> {
  const { tellConsequences } = await import("./tell-consequences.ts");
  return tellConsequences(advice, input, { region: flags.region ?? defaultRegion, terminal });
}

/** What did not parse, told as every command tells it. */
function problemsOf({ manifests, cluster }: AdvisorInput, terminal: Terminal): number {
  const problems = [...(manifests?.problems ?? []), ...(cluster?.problems ?? [])];
  for (const [file, own] of Map.groupBy(problems, ({ position }) => position.file)) {
    for (const { position, message } of own.slice(0, toldOfAFile))
      terminal.errors.write(`${positionText(position)}: ${message}\n`);
    if (own.length > toldOfAFile) terminal.errors.write(`${file}: and ${own.length - toldOfAFile} more\n`);
  }
  return problems.length;
}

/** One fault makes the parser stumble over what follows: a template has hundreds. */
const toldOfAFile = 3;

function exitCodeOf({ findings }: Advice, failOn: Severity | "never", problems: number): number {
  if (problems > 0) return exitCodes.wrongUse;
  if (failOn === "never") return exitCodes.fine;
  const failing = findings.some(({ severity }) => severityRank(severity) >= severityRank(failOn));
  return failing ? exitCodes.findings : exitCodes.fine;
}

function reportOf(output: LintFlags["output"], advice: Advice, patch?: PatchOf): string {
  switch (output) {
    case "json":
      return `${JSON.stringify(adviceDocument(advice, patch))}\n`;
    case "sarif":
      return `${JSON.stringify(adviceSarif(advice, allRules), null, 2)}\n`;
    case "junit":
      return adviceJunit(advice, allRules);
    case "markdown":
      return adviceMarkdown(advice);
    case "github":
      return adviceGithub(advice);
    default:
      return adviceTable(advice) + patchText(advice, patch);
  }
}

type PatchOf = (finding: Finding) => string;

/** Behind the table, each below its rule, so that the whole can be read and each applied. */
function patchText({ findings }: Advice, patch: PatchOf = () => ""): string {
  const patches = findings.map((finding) => ({ finding, text: patch(finding) })).filter(({ text }) => text !== "");
  return patches.map(({ finding, text }) => `\n# ${finding.rule}: ${finding.message}\n${text}`).join("");
}

function ruleOf(id: string): Rule {
  const rule = allRules.find((each) => each.id === id.toUpperCase());
  if (rule === undefined) throw new CliError(`"${id}" is no rule that is built; lint --rules lists them`);
  return rule;
}

async function readConfigurationFile(file: string | undefined): Promise<Configuration> {
  if (file === undefined) return emptyConfiguration;
  const value = parsedAs(file, "--config", await textOf("--config", file));
  const ids = allRules.map(({ id }) => id);
  const configuration = readConfiguration(value, ids);
  if (configuration.ok) return configuration.value;
  throw new CliError(configuration.failure.map((fault) => `${file}: ${fault}`).join("\nkarpenter: "));
}

async function readBaselineFile(file: string): Promise<Baseline> {
  const baseline = readBaseline(parsedAs(file, "--baseline", await textOf("--baseline", file)));
  if (baseline.ok) return baseline.value;
  throw new CliError(`--baseline ${file}: ${baseline.failure}`);
}
