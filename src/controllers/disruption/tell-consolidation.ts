/** Events about consolidations that are being weighed (spec: lifecycle 3.6, 3.8, 6.4). */
import type { KubeObject } from "../../api/index.ts";
import type { DisruptionCommand } from "../../core/index.ts";
import type { DisruptionDeps } from "./deps.ts";

const isConsolidation = ({ reason }: DisruptionCommand): boolean => reason === "Underutilized";

/** A replacement was found; told before it is looked at a second time. Removals are not told (spec: lifecycle 3.6). */
export function tellFound(deps: DisruptionDeps, command: DisruptionCommand): void {
  if (!isConsolidation(command) || command.replacements.length === 0) return;
  const message = `${describe(command)}, saving ${dollars(command.savingPerHour)} an hour`;
  publish(deps, command, { reason: "ConsolidationCandidate", message });
}

/** The second look refused it. */
export function tellRejected(
  deps: DisruptionDeps,
  command: DisruptionCommand,
  failure: { readonly kind: string; readonly message: string },
): void {
  if (!isConsolidation(command)) return;
  publish(deps, command, { reason: "ConsolidationRejected", message: `${failure.kind}: ${failure.message}` });
}

function publish(
  deps: DisruptionDeps,
  command: DisruptionCommand,
  event: { readonly reason: string; readonly message: string },
): void {
  for (const { node, claim } of command.candidates) {
    for (const object of [node.node, claim.claim] as readonly (KubeObject | undefined)[]) {
      if (object === undefined) continue;
      deps.events.publish({ object, type: "Normal", ...event, dedupeValues: [object.metadata.uid ?? ""] });
    }
  }
}

/** In words, with what goes and what comes. */
export function describe({ candidates, replacements }: DisruptionCommand): string {
  const out = candidates.map(({ node }) => node.name).join(", ");
  const made = replacements
    .map(({ cheapest }) => `${cheapest.instanceType} (${cheapest.capacityType}, ${cheapest.zone})`)
    .join(", ");
  if (replacements.length === 0) return `remove ${out}, whose pods fit on other nodes`;
  return `replace ${out} by ${made}`;
}

const dollars = (price: number): string => `$${Number(price.toFixed(4))}`;
