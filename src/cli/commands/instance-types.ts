import { type Command, Option } from "commander";
import { catalogueRegions } from "../../provider-aws/catalogue/index.ts";
import type { CommandContext } from "../command-context.ts";
import { addFilterFlags } from "../instance-types/filters.ts";
import { countValue } from "../instance-types/filter-values.ts";
import { sortKeys, sortKeyValue } from "../instance-types/order.ts";
import { type InstanceTypesFlags, runInstanceTypes, typeForms } from "../instance-types/run-instance-types.ts";

/** `karpenter instance-types`: machine types by filters, with prices (spec: operations 6.2). */
export function instanceTypesCommand(program: Command, { terminal, finish }: CommandContext): void {
  addFilterFlags(
    program.command("instance-types").description("Filter and compare machine types by what they have and cost."),
  )
    .addOption(
      new Option("-r, --region <name>", "region that offers them")
        .choices([...catalogueRegions()])
        .default("us-east-1"),
    )
    .option("--prices <file>", "own prices: CSV of type,price, or YAML with onDemand, spot and discounts")
    .option("--like <type>", "types like this one: 0.9 to 1.2 times its vCPUs and memory, else the same")
    .addOption(new Option("--base-instance-type <type>", "the same as --like").hideHelp())
    .option("--flexible", "interchangeable types of c, m, r and t for general work, of 4 vCPUs unless told", false)
    .addOption(
      new Option("--max-results <n>", "most types to show")
        .env("EC2_INSTANCE_SELECTOR_MAX_RESULTS")
        .argParser(countValue)
        .default(20),
    )
    .option(
      "--sort-by <key>",
      `${sortKeys.join(", ")}, or the path of a figure in what --verbose prints, as in .ec2.clockMhz`,
      sortKeyValue,
      "name",
    )
    .addOption(
      new Option("--sort-direction <direction>", "direction").choices(["ascending", "descending"]).default("ascending"),
    )
    .addOption(new Option("-o, --output <form>", "form").choices([...typeForms]).default("names"))
    .option("-v, --verbose", "print all that is known of each as JSON", false)
    .option("--service <name>", "eks, which filters nothing")
    .option("--as-requirements", "print them as requirements of a NodePool", false)
    .addHelpText(
      "after",
      "\nSpot prices are simulated unless --prices tells them.\n\nKeys of --output interactive: arrows move, shift with left or right pages, e opens all that is known, f filters, space selects, t trims to the selection, s sorts (tab turns the order), Esc goes back, q leaves and prints the selection.\n\nExamples:\n  karpenter instance-types --memory 4GiB --vcpus 2 --cpu-architecture x86_64 --region ap-southeast-1\n  karpenter instance-types --gpus-min 1 --sort-by on-demand-price --output table-wide\n  karpenter instance-types --like m5.xlarge --as-requirements\n",
    )
    .action(async (flags: InstanceTypesFlags) => finish(await runInstanceTypes(flags, terminal)));
}
