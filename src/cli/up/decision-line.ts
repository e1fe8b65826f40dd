import { perHour } from "../output/money.ts";
import type { Paint } from "../terminal.ts";

/** A decision as the terminal shows it; prices are USD an hour. */
export interface ShownDecision {
  readonly time: string;
  readonly kind: string;
  readonly pods: readonly string[];
  readonly machine?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  readonly pricePerHour?: number;
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly nodePool?: string;
  readonly nodeClaim?: string;
  readonly node?: string;
  readonly reason: string;
}

/** One line a decision: when, what, which machine at what price, for which pods, and why. */
export function decisionLine(decision: ShownDecision, paint: Paint): string {
  const machine = [decision.machine, decision.capacityType, decision.zone]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
  const price =
    decision.pricePerHour === undefined || !Number.isFinite(decision.pricePerHour)
      ? ""
      : ` at ${perHour(decision.pricePerHour)}`;
  const subject = machine === "" ? (decision.node ?? decision.nodeClaim ?? "") : `${paint("bold", machine)}${price}`;
  const parts = [
    paint("dim", decision.time.slice(11, 19)),
    paint(kindStyle(decision.kind), decision.kind.padEnd(13)),
    subject,
    podsText(decision.pods),
    decision.reason,
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** The same as one JSON object (product: what commands print). */
export function decisionJson(decision: ShownDecision): string {
  return JSON.stringify({ schema: "decision/1", ...decision });
}

const shownPods = 3;

function podsText(pods: readonly string[]): string {
  if (pods.length === 0) return "";
  const names = pods.slice(0, shownPods).join(", ");
  return pods.length <= shownPods ? names : `${names} and ${pods.length - shownPods} more`;
}

function kindStyle(kind: string): "green" | "yellow" | "red" | "cyan" {
  if (kind === "unplaced" || kind === "launch-failed") return "red";
  if (kind === "remove" || kind === "terminated") return "yellow";
  return kind === "launch" ? "green" : "cyan";
}
