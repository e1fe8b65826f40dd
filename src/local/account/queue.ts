import type { Clock, Ids } from "../../platform/index.ts";
import { type QueueMessage, ServiceError, type SqsClient } from "../../provider-aws/contract/index.ts";
import type { CallGate } from "./calls.ts";
import { accountId } from "./ec2-ids.ts";

/** The interruption queue, fed by the account's events as EventBridge would (spec: aws 5.6). */
export interface AccountQueue {
  readonly name: string;
  readonly client: SqsClient;
  send(body: object): void;
  sendText(body: string): void;
}

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
}

const retentionMilliseconds = 300_000;

export function createQueue(deps: {
  readonly gate: CallGate;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly name: string;
  readonly region: string;
}): AccountQueue {
  const { gate, name } = deps;
  const url = `https://sqs.${deps.region}.amazonaws.com/${accountId}/${name}`;
  const messages = createMessages(deps);
  const checkUrl = (asked: string): void => {
    if (asked !== url) throw missingQueue();
  };
  return {
    name,
    send: (body) => messages.add(JSON.stringify(body)),
    sendText: (body) => messages.add(body),
    client: {
      getQueueUrl: gate.wrap("SQS", "GetQueueUrl", ({ QueueName }) => {
        if (QueueName !== name) throw missingQueue();
        return { QueueUrl: url };
      }),
      receiveMessage: gate.wrap("SQS", "ReceiveMessage", async (input, { signal }) => {
        checkUrl(input.QueueUrl);
        const { MaxNumberOfMessages: most = 1, VisibilityTimeout = 30, WaitTimeSeconds = 0 } = input;
        const now = messages.take(most, VisibilityTimeout * 1000);
        if (now.length > 0 || WaitTimeSeconds === 0) return { Messages: now };
        await messages.wait(WaitTimeSeconds * 1000, signal);
        return { Messages: messages.take(most, VisibilityTimeout * 1000) };
      }),
      deleteMessage: gate.wrap("SQS", "DeleteMessage", ({ QueueUrl, ReceiptHandle }) => {
        checkUrl(QueueUrl);
        messages.remove(ReceiptHandle);
        return {};
      }),
    },
  };
}

interface Messages {
  add(body: string): void;
  /** What is visible now, hidden from others for a while. */
  take(most: number, visibilityMilliseconds: number): readonly QueueMessage[];
  /** Until a message comes, at most so long. */
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  remove(receipt: string): void;
}

function createMessages({ clock, ids }: { readonly clock: Clock; readonly ids: Ids }): Messages {
  let stored: Stored[] = [];
  const waiting = new Set<() => void>();
  const dropOld = (): void => {
    const now = clock.now();
    stored = stored.filter(({ sentAt }) => now - sentAt < retentionMilliseconds);
  };
  return {
    add: (body) => {
      dropOld();
      const now = clock.now();
      stored.push({ id: ids.uuid(), body, sentAt: now, visibleAt: now });
      for (const wake of waiting) wake();
    },
    take: (most, visibilityMilliseconds) => {
      dropOld();
      const now = clock.now();
      const ready = stored.filter(({ visibleAt }) => visibleAt <= now).slice(0, most);
      for (const message of ready) message.visibleAt = now + visibilityMilliseconds;
      return ready.map(shape);
    },
    wait: async (milliseconds, signal) => {
      const arrived = new AbortController();
      const wake = (): void => arrived.abort();
      waiting.add(wake);
      try {
        const either = signal === undefined ? arrived.signal : AbortSignal.any([arrived.signal, signal]);
        await clock.sleep(milliseconds, { signal: either });
      } catch (error) {
        if (!arrived.signal.aborted) throw error;
      } finally {
        waiting.delete(wake);
      }
    },
    remove: (receipt) => {
      stored = stored.filter(({ id }) => id !== receipt);
    },
  };
}

const shape = ({ id, body, sentAt }: Stored): QueueMessage => ({
  MessageId: id,
  ReceiptHandle: id,
  Body: body,
  Attributes: { SentTimestamp: String(sentAt) },
});

const missingQueue = (): ServiceError =>
  new ServiceError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", {
    name: "QueueDoesNotExist",
  });
