import type { KubeObject } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import type { Facts } from "../facts/facts.ts";
import { overEach } from "../model/judging.ts";
import { placeOf } from "../model/place.ts";
import type { Problem, Rule } from "../model/rule.ts";

/** Names by the versions that install them (v1alpha5 4.12). */
const rows: readonly { readonly versions: string; readonly names: readonly string[] }[] = [
  {
    versions: "v0.5 to v0.18",
    names: [
      "defaulting.webhook.provisioners.karpenter.sh",
      "validation.webhook.provisioners.karpenter.sh",
      "validation.webhook.config.karpenter.sh",
    ],
  },
  {
    versions: "v0.19 to v0.27.0",
    names: [
      "defaulting.webhook.karpenter.sh",
      "defaulting.webhook.karpenter.k8s.aws",
      "validation.webhook.karpenter.sh",
      "validation.webhook.karpenter.k8s.aws",
      "validation.webhook.config.karpenter.sh",
    ],
  },
  {
    versions: "v0.27.1 to v0.32",
    names: [
      "defaulting.webhook.karpenter.k8s.aws",
      "validation.webhook.karpenter.sh",
      "validation.webhook.karpenter.k8s.aws",
      "validation.webhook.config.karpenter.sh",
    ],
  },
];

const known: ReadonlySet<string> = new Set(rows.flatMap(({ names }) => names));
const kinds: readonly string[] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

interface Configuration extends KubeObject {
  readonly webhooks?: readonly {
    readonly name?: string;
    readonly clientConfig?: { readonly service?: { readonly name?: string; readonly namespace?: string } };
  }[];
}

export const staleWebhook: Rule = {
  id: "KBP703",
  name: "stale-webhook",
  severity: "error",
  requirements: ["R16"],
  needs: ["cluster"],
  document: {
    what: "A webhook configuration of Karpenter is left over from another version, or its service has no endpoints.",
    why: "It fails closed: every write of a Provisioner is refused while nobody answers.",
    fix: "Delete the configuration.",
  },
  check(facts) {
    const own = facts.objects.filter(({ object }) => kinds.includes(object.kind) && isOurs(object as Configuration));
    return overEach(own, (entry) => judge(facts, entry));
  },
};

const isOurs = ({ metadata, webhooks = [] }: Configuration): boolean =>
  known.has(metadata.name ?? "") || webhooks.some(({ name = "" }) => known.has(name));

function judge(facts: Facts, entry: ManifestObject): Problem | undefined {
  const configuration = entry.object as Configuration;
  const name = configuration.metadata.name ?? "";
  const why = leftOver(facts, name) ?? deadService(facts, configuration);
  if (why === undefined) return undefined;
  return { place: placeOf(entry), message: `Webhook ${name} blocks writes`, evidence: why };
}

/** Against the version of the controller, else against the rows that the others are of. */
function leftOver(facts: Facts, name: string): string | undefined {
  const row = rowOf(facts);
  if (row === undefined || row.names.includes(name)) return undefined;
  const own = rows.find(({ names }) => names.includes(name));
  return `it is of ${own?.versions ?? "another version"}, and the others are of ${row.versions}`;
}

function rowOf(facts: Facts): (typeof rows)[number] | undefined {
  const image = facts.controllers.flatMap(({ spec }) => spec.containers.map((each) => each.image ?? "")).join(" ");
  const [, minor, patch] = /controller:v0\.(\d+)\.(\d+)/.exec(image) ?? [];
  if (minor !== undefined) return rowOfVersion(Number(minor), Number(patch));
  const names = facts.objects
    .filter(({ object }) => kinds.includes(object.kind))
    .map(({ object }) => object.metadata.name ?? "");
  // The latest row that is there as a whole: what is not in it was left behind.
  return rows.toReversed().find((row) => row.names.every((each) => names.includes(each)));
}

/** Since v0.33 they are off by default, and what is there says nothing. */
function rowOfVersion(minor: number, patch: number): (typeof rows)[number] | undefined {
  if (minor > 32) return undefined;
  if (minor > 27 || (minor === 27 && patch > 0)) return rows[2];
  return minor >= 19 ? rows[1] : rows[0];
}

function deadService({ objects }: Facts, { webhooks = [] }: Configuration): string | undefined {
  const service = webhooks.map(({ clientConfig }) => clientConfig?.service).find((each) => each !== undefined);
  if (service === undefined) return undefined;
  const isNamed = ({ object: { metadata } }: ManifestObject, name = metadata.name): boolean =>
    name === service.name && (metadata.namespace ?? "default") === (service.namespace ?? "default");
  const services = objects.filter(({ object }) => object.kind === "Service");
  const title = `service ${service.namespace ?? "default"}/${service.name ?? ""}`;
  if (services.length > 0 && !services.some((entry) => isNamed(entry))) return `${title} does not exist`;
  const slices = objects.filter(({ object }) => object.kind === "EndpointSlice");
  if (slices.length === 0) return undefined;
  const own = slices.filter((entry) => isNamed(entry, entry.object.metadata.labels?.["kubernetes.io/service-name"]));
  return own.some(({ object }) => hasReady(object)) ? undefined : `${title} has no endpoints`;
}

function hasReady(slice: KubeObject): boolean {
  const { endpoints = [] } = slice as {
    readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[];
  };
  return endpoints.some(({ conditions }) => conditions?.ready !== false);
}
