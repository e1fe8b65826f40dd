/** Lines of today in the forms of the founding document (spec: v1alpha5 4.13, D10). Pure. */
import {
  emptyAddedLine,
  emptyRemovedLine,
  emptyTriggeredLine,
  expiryTriggeredLine,
  isolatedVpcLine,
  launchedLine,
  launchFailedLine,
  pricingFailedLine,
} from "./founding-forms.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface FoundingLine {
  readonly level: "info" | "error";
  readonly logger: string;
  readonly message: string;
  readonly fields?: Fields;
}

/** What lines before this one said of a machine, by provider id: its launch is told in one line once its name is known. */
export type LaunchNotes = Map<string, Fields>;

/** What the Provisioner of a node says of its time; whole seconds. */
export interface NodeTimers {
  readonly ttlSecondsAfterEmpty?: number;
  readonly ttlSecondsUntilExpired?: number;
  /** Since its expiry; absent while it has none or is not past it. */
  readonly lateSeconds?: number;
}

interface Context {
  readonly notes: LaunchNotes;
  /** Undefined for nodes of no Provisioner. */
  readonly timersOf: (node: string) => NodeTimers | undefined;
  /** RFC 3339: of the price table in use. */
  readonly priceDate: string;
}

const text = (value: unknown): string =>
  value instanceof Error ? value.message : typeof value === "string" ? value : JSON.stringify(value ?? "");

const mostNotes = 1_000;

const cordonedLine = (node: string): FoundingLine => ({
  level: "info",
  logger: "controller.termination",
  message: "Cordoned node",
  fields: { node },
});

const nodeLine = (message: string, node: string): FoundingLine => ({
  level: "info",
  logger: "controller.node",
  message,
  fields: { node },
});

/** Told once at start. */
export const isolatedVpcNotice = "assuming isolated VPC, pricing information will not be updated";

const translations: Readonly<
  Record<string, (fields: Fields, context: Context) => FoundingLine | readonly FoundingLine[] | undefined>
> = {
  "launched nodeclaim": (fields, { notes }) => {
    if (notes.size >= mostNotes) notes.clear();
    notes.set(text(fields["provider-id"]), fields);
    return undefined;
  },
  "registered nodeclaim": (fields, { notes }) => {
    const providerId = text(fields["provider-id"]);
    const launch = notes.get(providerId);
    if (launch === undefined) return undefined;
    notes.delete(providerId);
    const message = launchedLine({
      id: providerId.split("/").at(-1) ?? providerId,
      hostname: text(fields["Node"]),
      type: text(launch["instance-type"]),
      zone: text(launch["zone"]),
      capacityType: text(launch["capacity-type"]),
    });
    return { level: "info", logger: "controller.provisioning.cloudprovider", message };
  },
  "failed launching nodeclaim": ({ error }) => ({
    level: "error",
    logger: "controller.provisioning",
    message: launchFailedLine(text(error)),
  }),
  // At info, as it comes with every pass: what it says for people is an event, and the limit has a line of its own.
  "could not schedule pod": ({ Pod, reason }) => ({
    level: "info",
    logger: "controller.provisioning",
    message: `Could not schedule pod, ${text(reason)}`,
    fields: { pod: Pod },
  }),
  "tainted node": ({ Node }) => cordonedLine(text(Node)),
  "deleted node": ({ Node }) => ({
    level: "info",
    logger: "controller.termination",
    message: "Deleted node",
    fields: { node: Node },
  }),
  // The taint that cordons them is put on with it.
  "disrupting node(s)": ({ nodes, reason, decision }, { timersOf }) =>
    (Array.isArray(nodes) ? nodes : []).flatMap((each: unknown) => {
      const node = text(each);
      return [
        removalLine(node, timersOf(node), { reason: text(reason), decision: text(decision) }),
        cordonedLine(node),
      ];
    }),
  "marking empty": ({ Node }) => nodeLine(emptyAddedLine, text(Node)),
  "no longer empty": ({ Node }) => nodeLine(emptyRemovedLine, text(Node)),
  [isolatedVpcNotice]: () => ({ level: "info", logger: "controller.aws.pricing", message: isolatedVpcLine }),
  "background refresh failed": ({ controller, error }, { priceDate }) =>
    controller === "providers.pricing"
      ? { level: "error", logger: "controller.aws.pricing", message: pricingFailedLine(text(error), priceDate) }
      : undefined,
  "reconciler error": ({ controller, error, name, namespace, controllerGroup, controllerKind }) => ({
    level: "error",
    logger: "controller.controller.metrics",
    message: "Reconciler error",
    fields: {
      "reconciler group": controllerGroup ?? "",
      "reconciler kind": controllerKind ?? controller,
      name,
      namespace,
      error: text(error),
    },
  }),
};

/** Emptiness by its TTL, expiry, and everything else that repacking decides. */
function removalLine(
  node: string,
  timers: NodeTimers = {},
  { reason, decision }: { readonly reason: string; readonly decision: string },
): FoundingLine {
  const { ttlSecondsAfterEmpty, ttlSecondsUntilExpired, lateSeconds } = timers;
  const line = (logger: string, message: string): FoundingLine => ({
    level: "info",
    logger,
    message,
    fields: { node },
  });
  if (ttlSecondsUntilExpired !== undefined && lateSeconds !== undefined) {
    return line("controller.node", expiryTriggeredLine(ttlSecondsUntilExpired, lateSeconds));
  }
  if (ttlSecondsAfterEmpty !== undefined && reason === "empty") {
    return line("controller.node", emptyTriggeredLine(ttlSecondsAfterEmpty));
  }
  return line("controller.consolidation", `Consolidating via ${decision}`);
}

/** The old forms of a line; none where it had none. */
export function foundingLines(message: string, fields: Fields, context: Context): readonly FoundingLine[] {
  const translated = Object.hasOwn(translations, message) ? translations[message]?.(fields, context) : undefined;
  if (translated === undefined) return [];
  return "message" in translated ? [translated] : translated;
}
