import { CliError } from "../cli-error.ts";

/** Whether labels meet a selector such as `team=a,zone!=b,spot,!gpu` (the equality form that kubectl takes). */
export function labelSelector(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const parts = text.split(",").map((part) => part.trim());
  const tests = parts
    .filter((part) => part !== "")
    .map((part) => {
      const [, not = "", key = "", operator = "", value = ""] =
        /^(!?)([\w./-]+)\s*(?:(!=|==?)\s*([\w.-]*))?$/.exec(part) ?? [];
      if (key === "")
        throw new CliError(`--node-selector: "${part}" is no selector; expected key=value, key!=value, key or !key`);
      return (labels: Readonly<Record<string, string>>): boolean => {
        if (operator === "") return (labels[key] === undefined) === (not === "!");
        return (labels[key] === value) === (operator !== "!=");
      };
    });
  return (labels) => tests.every((meets) => meets(labels));
}
