/** Schema pieces that kinds of the era share (spec: v1alpha5 1.2, 1.5). */
import { evictionSignals, reservedResources } from "../aws/kubelet-rules.ts";
import { qualifiedNamePattern, quantity, relaxedConditions, resourceMap } from "../crds/fields.ts";
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import { labels } from "../labels/names.ts";
import { type AdmissionRule, bool, int32, list, map, obj, rule, type SchemaNode, str } from "../schema/node.ts";
import {
  eraDomainExceptions,
  eraKeyProblem,
  eraLabelRules,
  eraWellKnownLabels,
  normaliseEraKey,
} from "./label-rules.ts";

export { relaxedConditions, resourceMap };

const taint = obj(
  "A taint on the node.",
  {
    // The longest qualified name; an API server refuses rules over lists of texts without end as too dear.
    key: str("Key of the taint.", { minLength: 1, maxLength: 317, pattern: qualifiedNamePattern }),
    value: str("Value of the taint. Leave the field out for none."),
    // Empty was accepted, although no Node takes it: such a Provisioner is not served, and says so.
    effect: str("What happens to pods that do not tolerate the taint.", {
      enum: ["NoSchedule", "PreferNoSchedule", "NoExecute", ""],
    }),
    timeAdded: str("When the taint was added.", { format: "date-time" }),
  },
  { required: ["key"] },
);

const uniqueTaints = rule<readonly Taint[]>({
  cel: "self.all(x, self.exists_one(y, x.key == y.key && (has(x.effect) ? x.effect : '') == (has(y.effect) ? y.effect : '')))",
  message: "duplicate taint Key/Effect pair",
  check: (self) => new Set(self.map(({ key, effect }) => `${key}=${effect ?? ""}`)).size === self.length,
});

export const eraTaints = (description: string): SchemaNode =>
  list(description, taint, { maxItems: 100, rules: [uniqueTaints] });

const quoted = (keys: Iterable<string>): string => `[${[...keys].map((key) => `'${key}'`).join(", ")}]`;

const admittedKeys: readonly string[] = [...eraWellKnownLabels, ...eraLabelRules.aliases.keys()];
const restrictedPattern = "^[^/]*(kubernetes[.]io|k8s[.]io|karpenter[.]sh|karpenter[.]k8s[.]aws)/";
const exceptionPattern = `^(${eraDomainExceptions.map((domain) => domain.replaceAll(".", "[.]")).join("|")})/`;

interface KeyTest {
  cel(key: string): string;
  readonly message: string;
  holds(key: string): boolean;
}

const keyTests: readonly KeyTest[] = [
  {
    cel: (key) => `${key} != '${labels.provisionerName}'`,
    message: `label "${labels.provisionerName}" is restricted`,
    holds: (key) => key !== labels.provisionerName,
  },
  {
    cel: (key) =>
      `${key} in ${quoted(admittedKeys)} || !${key}.matches('${restrictedPattern}') || (${key}.matches('${exceptionPattern}') && ${key} != '${labels.hostname}')`,
    message: "label domain is restricted; specify a well known label, or a custom label of another domain",
    holds: (key) => eraKeyProblem(normaliseEraKey(key)) === undefined,
  },
];

/** The label rules over the keys of a map. */
export const eraLabelMapRules: readonly AdmissionRule[] = keyTests.map((test) =>
  rule<Readonly<Record<string, unknown>>>({
    cel: `self.all(k, ${test.cel("k")})`,
    message: test.message,
    check: (self) => Object.keys(self).every((key) => test.holds(key)),
  }),
);

const keyRules: readonly AdmissionRule[] = keyTests.map((test) =>
  rule<string>({ cel: test.cel("self"), message: test.message, check: (self) => test.holds(self) }),
);

type Requirements = readonly RequirementSpec[];

const valuesOfIn = rule<Requirements>({
  cel: "self.all(x, x.operator != 'In' || (has(x.values) && x.values.size() > 0))",
  message: "requirements with operator 'In' must have a value defined",
  check: (self) => self.every(({ operator, values = [] }) => operator !== "In" || values.length > 0),
});

const oneNumber = rule<Requirements>({
  cel: "self.all(x, !(x.operator in ['Gt', 'Lt']) || (has(x.values) && x.values.size() == 1 && x.values[0].matches('^[0-9]+$')))",
  message: "requirements operator 'Gt' or 'Lt' must have a single positive integer value",
  check: (self) =>
    self.every(
      ({ operator, values = [] }) =>
        (operator !== "Gt" && operator !== "Lt") || (values.length === 1 && /^\d+$/.test(values[0] ?? "")),
    ),
});

const requirementOf = (rules: readonly AdmissionRule[]): SchemaNode =>
  obj(
    "One constraint on the labels of nodes.",
    {
      key: str("Label key.", { maxLength: 316, ...(rules.length === 0 ? {} : { rules }) }),
      operator: str("How the label's value relates to the values.", {
        enum: ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
      }),
      values: list(
        "Values: at least one for In, one integer for Gt and Lt, none for Exists and DoesNotExist.",
        { type: "string", maxLength: 63 },
        { maxItems: 1000 },
      ),
    },
    { required: ["key", "operator"] },
  );

const requirementsText = "Constraints on what may be launched. All must hold.";

export const eraRequirements = list(requirementsText, requirementOf(keyRules), {
  maxItems: 100,
  rules: [valuesOfIn, oneNumber],
});

/** As the controller writes them on a Machine: every key is allowed. */
export const machineRequirements = list(requirementsText, requirementOf([]));

const quantities = (description: string, keys: readonly string[]): SchemaNode =>
  map(`${description} Keys: ${keys.join(", ")}.`, quantity);

const texts = (description: string): SchemaNode =>
  map(`${description} Keys: ${evictionSignals.join(", ")}.`, { type: "string" });

const percent = (description: string): SchemaNode => int32(description, { minimum: 0, maximum: 100 });

export const eraKubelet = obj("Settings of the kubelet.", {
  clusterDNS: list("Addresses of the cluster's DNS servers.", { type: "string" }),
  containerRuntime: str("Container runtime.", { enum: ["dockerd", "containerd"] }),
  maxPods: int32("Most pods on a node; wins over the density that network interfaces allow.", { minimum: 0 }),
  podsPerCore: int32("Most pods for each processor.", { minimum: 0 }),
  systemReserved: quantities("What is kept for system daemons.", reservedResources),
  kubeReserved: quantities("What is kept for Kubernetes' own daemons.", reservedResources),
  evictionHard: texts("Thresholds of immediate eviction."),
  evictionSoft: texts("Thresholds of eviction after a grace period."),
  evictionSoftGracePeriod: texts("Grace periods of evictionSoft."),
  evictionMaxPodGracePeriod: int32("Longest grace period of a pod in soft eviction, in seconds."),
  imageGCHighThresholdPercent: percent("Disk usage above which images are removed."),
  imageGCLowThresholdPercent: percent("Disk usage down to which images are removed."),
  cpuCFSQuota: bool("Whether limits of processor time are enforced."),
});

export const providerRef = (description: string): SchemaNode =>
  obj(description, {
    apiVersion: str("Carried along and not checked."),
    kind: str("Carried along and not checked."),
    name: str("Name of the AWSNodeTemplate."),
  });
