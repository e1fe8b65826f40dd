/** Lines of today in the forms of the founding document (spec: v1alpha5 4.13, D10). Pure. */
import { launchedLine, launchFailedLine, pricingFailedLine } from "./founding-forms.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface FoundingLine {
  readonly level: "info" | "error";
  readonly logger: string;
  readonly message: string;
  readonly fields?: Fields;
}

/** What lines before this one said of a machine, by provider id: its launch is told in one line once its name is known. */
export type LaunchNotes = Map<string, Fields>;

interface Context {
  readonly notes: LaunchNotes;
  /** RFC 3339: of the price table in use. */
  readonly priceDate: string;
}

const text = (value: unknown): string =>
  value instanceof Error ? value.message : typeof value === "string" ? value : JSON.stringify(value ?? "");

const mostNotes = 1_000;

const translations: Readonly<Record<string, (fields: Fields, context: Context) => FoundingLine | undefined>> = {
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
  "tainted node": ({ Node }) => ({
    level: "info",
    logger: "controller.termination",
    message: "Cordoned node",
    fields: { node: Node },
  }),
  "deleted node": ({ Node }) => ({
    level: "info",
    logger: "controller.termination",
    message: "Deleted node",
    fields: { node: Node },
  }),
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

/** The old form, if the line had one. */
export const foundingLine = (message: string, fields: Fields, context: Context): FoundingLine | undefined =>
  Object.hasOwn(translations, message) ? translations[message]?.(fields, context) : undefined;
