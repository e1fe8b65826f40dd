/** The engine beside the page: it holds the picture that it was given last, and answers questions about it. */
import { type ClusterSnapshot } from "../../core/index.ts";
import { fromWire, type WireSnapshot } from "../../server/contract/index.ts";
import { type Answer, answerTo, type Question } from "./study.ts";

export interface WorkerRequest {
  readonly id: number;
  /** JSON of the picture, in UTF-8; absent where the one before is meant. */
  readonly picture?: ArrayBuffer;
  readonly question: Question;
}

export interface WorkerAnswer {
  readonly id: number;
  readonly answer: Answer;
}

let picture: ClusterSnapshot | undefined;

addEventListener("message", ({ data }: MessageEvent<WorkerRequest>) => {
  postMessage({ id: data.id, answer: answered(data) } satisfies WorkerAnswer);
});

function answered({ picture: bytes, question }: WorkerRequest): Answer {
  try {
    if (bytes !== undefined) picture = fromWire(JSON.parse(new TextDecoder().decode(bytes)) as WireSnapshot);
    if (picture === undefined) return { kind: "refused", message: "no picture of the cluster was given" };
    return answerTo(question, picture);
  } catch (error) {
    return { kind: "refused", message: `the engine failed: ${String(error)}` };
  }
}
