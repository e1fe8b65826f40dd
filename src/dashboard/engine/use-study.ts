import { useRef, useState } from "preact/hooks";
import type { Engine } from "./engine-client.ts";
import type { Answer, Question } from "./study.ts";

export type StudyState =
  | { readonly kind: "idle" }
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly message: string };

/** One question at a time; the answer to an earlier one is dropped. */
export function useStudy(engine: Engine): { readonly state: StudyState; readonly run: (question: Question) => void } {
  const [state, show] = useState<StudyState>({ kind: "idle" });
  const latest = useRef(0);
  const run = (question: Question): void => {
    const mine = ++latest.current;
    const showIfLatest = (next: StudyState): void => {
      if (mine === latest.current) show(next);
    };
    show({ kind: "running" });
    engine.ask(question).then(
      (answer) =>
        showIfLatest(
          answer.kind === "refused" ? { kind: "failed", message: answer.message } : { kind: "done", answer },
        ),
      (error: unknown) => showIfLatest({ kind: "failed", message: String(error) }),
    );
  };
  return { state, run };
}
