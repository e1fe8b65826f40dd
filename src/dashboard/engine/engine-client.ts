/** The engine as the page asks it: each question on the newest picture, off the page's thread. */
import type { Connection } from "../feed/connection.ts";
import type { Answer, Question } from "./study.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker.ts";

export interface Engine {
  ask(question: Question): Promise<Answer>;
}

/** The worker is started with the first question, so that nobody loads the engine who does not ask. */
export function createEngine(connection: Connection, startWorker: () => Worker): Engine {
  const waiting = new Map<number, (answer: Answer) => void>();
  let worker: Worker | undefined;
  let next = 1;
  const started = (): Worker => {
    if (worker !== undefined) return worker;
    worker = startWorker();
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer>) => {
      waiting.get(data.id)?.(data.answer);
      waiting.delete(data.id);
    });
    worker.addEventListener("error", ({ message }) => {
      for (const answer of waiting.values())
        answer({ kind: "refused", message: `the engine cannot be loaded: ${message}` });
      waiting.clear();
      worker = undefined;
    });
    return worker;
  };
  return {
    ask: async (question) => {
      const response = await connection.ask("engine");
      if (!response.ok)
        return { kind: "refused", message: `the server answers ${response.status} when asked for its picture` };
      // Bytes go over as they are: a text of a hundred megabytes would be copied on the page's own thread.
      const picture = await response.arrayBuffer();
      const id = next++;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        started().postMessage({ id, picture, question } satisfies WorkerRequest, [picture]);
      });
    },
  };
}

export const startEngineWorker = (): Worker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
