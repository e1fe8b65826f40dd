import { type Command, InvalidArgumentError } from "commander";
import type { FaultAnswer, FaultRequest } from "../../local/index.ts";
import { CliError, exitCodes } from "../cli-error.ts";
import type { CommandContext } from "../command-context.ts";
import { sendFault } from "../fault/send-fault.ts";
import { durationValue } from "../up/options.ts";

/** `karpenter fault …`: breaks a running embedded cluster on purpose. */
export function faultCommand(program: Command, { terminal, finish }: CommandContext): void {
  const fault = program
    .command("fault")
    .description("Break a running embedded cluster on purpose.")
    .option("--kubeconfig <file>", "the kubeconfig that `up` wrote", ".karpenter/kubeconfig")
    .addHelpText("after", examples);
  const send = async (request: FaultRequest): Promise<void> => {
    const { kubeconfig } = fault.opts<{ readonly kubeconfig: string }>();
    const answer = await sendFault({ kubeconfig, request, signal: terminal.signal });
    finish(report(answer));
  };
  const report = ({ done, message }: FaultAnswer): number => {
    if (!done) throw new CliError(message, exitCodes.findings);
    terminal.output.write(`${message}\n`);
    return exitCodes.fine;
  };
  for (const [name, what] of nodeFaults) {
    fault
      .command(`${name} <node>`)
      .description(what)
      .action((node: string) => send({ fault: name, node }));
  }
  fault
    .command("ice <type> <zone> <capacity>")
    .description("no capacity for an offering; * and ? are wildcards")
    .option("--for <duration>", "how long; until the cluster stops when absent", durationValue)
    .action((instanceType: string, zone: string, capacityType: string, options: { readonly for?: number }) =>
      send({
        fault: "ice",
        instanceType,
        zone,
        capacityType,
        ...(options.for === undefined ? {} : { forMilliseconds: options.for }),
      }),
    );
  fault
    .command("throttle")
    .argument("<rate>", "number of 0 or more", amount)
    .description("calls a second that the account answers; 0 lifts it")
    .action((callsPerSecond: number) => send({ fault: "throttle", callsPerSecond }));
  fault
    .command("price")
    .argument("<type>", "its name, without wildcards")
    .argument("<usd>", "number of 0 or more", amount)
    .description("on-demand price of a type, USD an hour")
    .action((instanceType: string, dollarsPerHour: number) => send({ fault: "price", instanceType, dollarsPerHour }));
}

const nodeFaults = [
  ["interrupt", "spot interruption notice; the machine ends in two minutes, the controller drains it before"],
  ["rebalance", "rebalance recommendation: an event, and a replacement where the pool asks for one"],
  ["fail", "the machine runs on, but its kubelet stops"],
] as const;

const examples = `
Examples:
  karpenter fault ice 'c6a.*' us-east-1a spot --for 10m
  karpenter fault throttle 2
`;

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError(`"${text}" is no amount; expected a number of 0 or more.`);
}
