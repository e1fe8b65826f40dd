import { awsLabels, capacityTypes, labels } from "../../api/index.ts";
import { type ClaimView, epochMillisOf } from "../../core/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { type InterruptionMessage, type InterruptionSource, ProviderFault } from "../../provider/index.ts";
import type { Reservations } from "../capacity/reservations.ts";
import type { QueueMessage, SqsClient } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import type { AwsInstruments } from "../instruments.ts";
import type { UnavailableOfferings } from "../types/unavailable-offerings.ts";
import { type ParsedMessage, parseMessage } from "./messages.ts";

export interface QueueDeps {
  readonly sqs: SqsClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name of the queue as it is now; none when empty. */
  readonly queue: () => string;
  readonly instruments: AwsInstruments | undefined;
  readonly unavailable: UnavailableOfferings;
  readonly reservations: Pick<Reservations, "markUnavailable">;
}

/** Must stay below the time-out of a request. */
const waitSeconds = 20;
/** A message that was not settled is seen again after this. */
const visibilitySeconds = 20;
/** How soon a queue is heeded that somebody names while we run. */
const nameMilliseconds = 10_000;
/** Longest piece of a body that goes into the log: a queue may hold a megabyte of noise. */
const shownCharacters = 200;

/** Where a message came from, and what proves that it was received. */
interface Receipt {
  readonly url: string;
  readonly handle: string;
}

/**
 * The SQS queue that EventBridge fills (spec: aws 5.1). Its URL is asked for until the queue exists, and anew when the
 * settings name another queue (spec: v1alpha5 3.4); what the former one gave out is still settled there.
 */
export function createInterruptionQueue(deps: QueueDeps): InterruptionSource {
  const receipts = new WeakMap<InterruptionMessage, Receipt>();
  let known: { readonly name: string; readonly url: string } | undefined;
  const queueUrl = async (name: string, signal: AbortSignal): Promise<string> => {
    if (known?.name !== name) known = { name, url: await askUrl(deps, name, signal) };
    return known.url;
  };
  const remove = async ({ url, handle }: Receipt, time: number | undefined, signal: AbortSignal): Promise<void> => {
    if (time !== undefined) deps.instruments?.queueSeconds.observe(Math.max(deps.clock.now() - time, 0) / 1000);
    await calling("SQS", "DeleteMessage", {
      signal,
      call: () => deps.sqs.deleteMessage({ QueueUrl: url, ReceiptHandle: handle }, { signal }),
    });
    deps.instruments?.deleted.increment();
  };
  return {
    name: "interruption",
    pauseMilliseconds: 0,
    receive: async ({ signal }) => {
      const name = deps.queue();
      if (name === "") {
        await deps.clock.sleep(nameMilliseconds, { signal });
        return [];
      }
      const found: InterruptionMessage[] = [];
      const url = await queueUrl(name, signal);
      for (const raw of await poll(deps, url, signal)) {
        const receipt = { url, handle: raw.ReceiptHandle ?? "" };
        const parsed = read(deps, raw);
        if (parsed !== undefined) deps.instruments?.received.increment({ message_type: parsed.kind });
        if (parsed === undefined || parsed.kind === "no_op") {
          await remove(receipt, parsed?.time, signal);
          continue;
        }
        const { kind, instanceIds, time = deps.clock.now() } = parsed;
        const message: InterruptionMessage = { kind, instanceIds, time: epochMillisOf(time) };
        receipts.set(message, receipt);
        found.push(message);
      }
      return found;
    },
    settle: async (message, { signal }) => {
      const receipt = receipts.get(message);
      if (receipt === undefined) throw new Error("only messages that this queue gave out can be settled");
      await remove(receipt, message.time, signal);
    },
    noteAffected: (message, claim) => noteAffected(deps, message, claim),
  };
}

/** A body that is none is logged and goes the way of the others. */
function read({ log }: QueueDeps, { MessageId: id, Body: body = "" }: QueueMessage): ParsedMessage | undefined {
  const parsed = parseMessage(body);
  if (parsed.ok) return parsed.value;
  log.error("dropping a message of the interruption queue that cannot be read", {
    id,
    problem: parsed.failure.message.slice(0, shownCharacters),
    length: body.length,
  });
  return undefined;
}

async function askUrl({ sqs }: QueueDeps, queue: string, signal: AbortSignal): Promise<string> {
  const { QueueUrl } = await calling("SQS", "GetQueueUrl", {
    signal,
    call: () => sqs.getQueueUrl({ QueueName: queue }, { signal }),
  });
  if (QueueUrl === undefined) throw new ProviderFault("QueueDoesNotExist", `SQS tells no URL of the queue "${queue}"`);
  return QueueUrl;
}

async function poll({ sqs }: QueueDeps, QueueUrl: string, signal: AbortSignal): Promise<readonly QueueMessage[]> {
  const { Messages = [] } = await calling("SQS", "ReceiveMessage", {
    signal,
    call: () =>
      sqs.receiveMessage(
        {
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: visibilitySeconds,
          WaitTimeSeconds: waitSeconds,
          MessageSystemAttributeNames: ["SentTimestamp"],
          MessageAttributeNames: ["All"],
        },
        { signal },
      ),
  });
  return Messages;
}

/** Keeps the next launches away from what EC2 is taking back (spec: aws 5.3). */
export function noteAffected(
  { unavailable, reservations }: Pick<QueueDeps, "unavailable" | "reservations">,
  { kind }: InterruptionMessage,
  { claim }: ClaimView,
): void {
  const found = claim.metadata.labels ?? {};
  const { [labels.instanceType]: instanceType, [labels.zone]: zone } = found;
  if (kind === "spot_interrupted" && instanceType !== undefined && zone !== undefined)
    unavailable.markOffering({ instanceType, zone, capacityType: capacityTypes.spot }, { reason: "SpotInterrupted" });
  const reservation = found[awsLabels.capacityReservationId];
  if (kind === "capacity_reservation_interrupted" && reservation !== undefined)
    reservations.markUnavailable(reservation);
}
