import { failed, ok, type Result } from "../../core/index.ts";
import type { InterruptionKind } from "../../provider/index.ts";

/** What one body of the queue says (spec: aws 5.2). `no_op` concerns nobody: an unknown event, or one that is not ours. */
export interface ParsedMessage {
  readonly kind: InterruptionKind | "no_op";
  readonly instanceIds: readonly string[];
  /** Epoch milliseconds; absent where the event states none that can be read. */
  readonly time?: number;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

type Reader = (detail: Json) => Pick<ParsedMessage, "kind" | "instanceIds">;

const nothing = { kind: "no_op", instanceIds: [] } as const;

const oneInstance =
  (kind: InterruptionKind): Reader =>
  (detail) => {
    const id = text(detail["instance-id"]);
    return id === "" ? nothing : { kind, instanceIds: [id] };
  };

const kindOfState: Readonly<Record<string, InterruptionKind>> = {
  stopping: "instance_stopped",
  stopped: "instance_stopped",
  "shutting-down": "instance_terminated",
  terminated: "instance_terminated",
};

/** States are compared without regard to case, throughout (upstream counts `Stopping` as terminated). */
const stateChange: Reader = (detail) => {
  const kind = kindOfState[text(detail["state"]).toLowerCase()];
  return kind === undefined ? nothing : oneInstance(kind)(detail);
};

const healthEvent: Reader = (detail) => {
  if (detail["service"] !== "EC2" || detail["eventTypeCategory"] !== "scheduledChange") return nothing;
  const entities = Array.isArray(detail["affectedEntities"]) ? detail["affectedEntities"] : [];
  const instanceIds = entities.map((entity) => text(isJson(entity) ? entity["entityValue"] : "")).filter(Boolean);
  return instanceIds.length === 0 ? nothing : { kind: "scheduled_change", instanceIds };
};

/** By source and detail type, all of version "0". */
const readers: Readonly<Record<string, Reader>> = {
  "aws.ec2/EC2 Spot Instance Interruption Warning": oneInstance("spot_interrupted"),
  "aws.ec2/EC2 Instance Rebalance Recommendation": oneInstance("rebalance_recommendation"),
  "aws.ec2/EC2 Instance State-change Notification": stateChange,
  "aws.health/AWS Health Event": healthEvent,
  "aws.ec2/EC2 Capacity Reservation Instance Interruption Warning": oneInstance("capacity_reservation_interrupted"),
};

/** What the queue is to be filled with: source and detail type of each event that means something. */
export const announcedEvents: readonly { readonly source: string; readonly detailType: string }[] = Object.keys(
  readers,
).map((key) => {
  const [source = "", detailType = ""] = key.split("/");
  return { source, detailType };
});

/** Fails for what is no JSON object; an empty body and unknown events are `no_op`. */
export function parseMessage(body: string): Result<ParsedMessage, { readonly message: string }> {
  if (body === "") return ok(nothing);
  const envelope = parseJson(body);
  if (!isJson(envelope)) return failed({ message: `expected a JSON object, found ${body.slice(0, 60)}` });
  const time = Date.parse(text(envelope["time"]));
  const at = Number.isNaN(time) ? {} : { time };
  const reader =
    envelope["version"] === "0" ? readers[`${text(envelope["source"])}/${text(envelope["detail-type"])}`] : undefined;
  const { detail } = envelope;
  return ok({ ...(reader === undefined ? nothing : reader(isJson(detail) ? detail : {})), ...at });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Noise in the queue; the caller says so.
    return undefined;
  }
}
