import { type Command, InvalidArgumentError, Option } from "commander";
import { catalogueRegions } from "../../provider-aws/catalogue/index.ts";

/** Flags of every command that reads an input of its own. */
export interface OfflineFlags {
  readonly filename: readonly string[];
  readonly region: string;
  readonly prices?: string;
  readonly scale: ReadonlyMap<string, number>;
}

/** A cluster that is only read. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function withOfflineFlags(command: Command): Command {
  return command
    .option("-f, --filename <place>", "file, folder, or - for standard input; may be given again", collect, [])
    .addOption(
      new Option("--region <name>", "region whose machines and zones are used")
        .choices([...catalogueRegions()])
        .default("us-east-1"),
    )
    .option("--prices <file>", "own prices: CSV of type,price, or YAML with onDemand, spot and discounts")
    .option("--scale <name=n>", "how many pods a workload has; may be given again", addScale, new Map());
}

function addScale(value: string, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [, name = "", count = ""] = /^(.+)=(\d{1,7})$/.exec(value) ?? [];
  if (name === "") throw new InvalidArgumentError(`"${value}" is no scale; expected NAME=N, as in web=3 or shop/web=3`);
  return new Map([...before, [name, Number(count)]]);
}
