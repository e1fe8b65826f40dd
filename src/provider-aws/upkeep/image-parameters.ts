import type { Reconciler } from "../../kube/index.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { singleton } from "./singleton.ts";

const halfHour = 30 * 60_000;

/** Forgets parameters whose image is deprecated by now, so that the next look finds its successor (spec: aws 7.5). */
export function createImageParameters({ parts, log }: NodeClassDeps): Reconciler {
  return singleton("providers.ssm.invalidation", halfHour, async (signal) => {
    for (const { name, value } of parts.parameters.mutable()) {
      if (!(await parts.images.isDeprecated(value, { signal }))) continue;
      parts.parameters.forget(name);
      log.info("forgot an image parameter whose image is deprecated", { parameter: name, id: value });
    }
  });
}
