import { type Command, InvalidArgumentError, Option } from "commander";
import { parseNillableDurationMillis } from "../../api/index.ts";
import type { CommandContext } from "../command-context.ts";
import { listValue } from "../instance-types/filter-values.ts";
import { withInputFlags } from "../offline/open-input.ts";
import { runTop, type TopFlags } from "../top/run-top.ts";
import type { SortOrder } from "../top/view.ts";

/** `karpenter top`: nodes with their requests and cost, live or once (spec: operations 6.1). */
export function topCommand(program: Command, { terminal, finish }: CommandContext): void {
  withInputFlags(
    program
      .command("top")
      .description(
        "Nodes by pool: requests against what they offer, price, stage, and why each is kept; live, or --once.",
      ),
  )
    .option("--once", "print one picture and end", false)
    .option("--node-selector <selector>", "only nodes with these labels: key=value,key!=value,key,!key", "")
    .option(
      "--node-sort <key>",
      "name, pool, type, price, cpu, memory, pods, age or a label; =asc or =dsc",
      sortOrder,
      {
        key: "creation",
        descending: true,
      },
    )
    .option("--extra-labels <keys>", "labels as further columns", listValue, [])
    .option("--resources <names>", "resources with a bar", listValue, ["cpu", "memory"])
    .option("--filter <words>", "only nodes with these words in what is shown", "")
    .option("--no-group", "do not group by pool")
    .option("--no-pricing", "show no money")
    .option("--interval <duration>", "between two readings of the cluster", millis, 10_000)
    .addOption(new Option("-o, --output <form>", "form").choices(["table", "json", "yaml"]).default("table"))
    .addHelpText(
      "after",
      "\nKeys: arrows move, s sorts, r reverses, g groups, / filters, ? helps, q leaves.\n\nExamples:\n  karpenter top --once -f samples/studies/cluster.yaml -f samples/pools.yaml\n  karpenter top --kubeconfig ~/.kube/config --extra-labels topology.kubernetes.io/zone\n",
    )
    .action(async (flags: TopFlags) => finish(await runTop(flags, terminal)));
}

function sortOrder(text: string): SortOrder {
  const [, key = "", order = "asc"] = /^([^=]+)(?:=(asc|dsc))?$/.exec(text) ?? [];
  if (key !== "") return { key, descending: order === "dsc" };
  throw new InvalidArgumentError(`"${text}" is no order; expected KEY, KEY=asc or KEY=dsc`);
}

function millis(text: string): number {
  const value = parseNillableDurationMillis(text);
  if (value !== undefined && value >= 1_000 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`"${text}" is no interval; expected 1s or more`);
}
