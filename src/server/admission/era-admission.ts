/** What the webhooks of the v1alpha5 era said, at their paths (spec: v1alpha5 4.12, 5.6 step 12). Pure. */
import {
  type AWSNodeTemplate,
  type ConfigMap,
  type EraDefaults,
  type FieldError,
  inlineProviderErrors,
  type KubeObject,
  nodeTemplateErrors,
  type Provisioner,
  provisionerDefaults,
  provisionerErrors,
  type ProviderValidation,
  withoutProvisionerDefaults,
} from "../../api/index.ts";
import { globalSettingsName, parseSettings } from "../../legacy/index.ts";
import type { AdmissionRequest, JsonPatchOperation, Verdict } from "./admission-review.ts";

export interface EraAdmissionOptions {
  readonly instanceDefaults: EraDefaults;
  readonly providerValidation: ProviderValidation;
  /** Lines that kubectl shows beside the success; an object is never refused for them. */
  readonly warningsFor?: (object: KubeObject) => readonly string[];
}

/** Answers one request of the API server. */
export type AdmissionHook = (request: AdmissionRequest) => Verdict;

/** Hooks by path. Objects of other kinds, deletes and status are admitted as they are. */
export function createEraAdmission(options: EraAdmissionOptions): ReadonlyMap<string, AdmissionHook> {
  const judging =
    (judge: (object: KubeObject) => Verdict): AdmissionHook =>
    ({ operation, object, subResource = "" }) =>
      object === undefined || object === null || operation === "DELETE" || subResource !== "" ? {} : judge(object);
  const { warningsFor = () => [] } = options;
  return new Map<string, AdmissionHook>([
    ["/default/karpenter.k8s.aws", judging((object) => withDefaults(object, options))],
    [
      "/validate/karpenter.sh",
      // The defaults have been written by now, and are not what the writer is to be told about.
      judging((object) => advised(asWritten(object, options), coreErrors(object, options), warningsFor)),
    ],
    [
      "/validate/karpenter.k8s.aws",
      // What is to be said of a Provisioner is said at the other path.
      judging((object) => advised(object, awsErrors(object), isTemplate(object) ? warningsFor : () => [])),
    ],
    ["/validate/config.karpenter.sh", judging(configVerdict)],
  ]);
}

const isProvisioner = (object: KubeObject): object is Provisioner =>
  object.apiVersion === "karpenter.sh/v1alpha5" && object.kind === "Provisioner";

const isTemplate = (object: KubeObject): object is AWSNodeTemplate =>
  object.apiVersion === "karpenter.k8s.aws/v1alpha1" && object.kind === "AWSNodeTemplate";

const asWritten = (object: KubeObject, { instanceDefaults }: EraAdmissionOptions): KubeObject =>
  isProvisioner(object) ? withoutProvisionerDefaults(object, instanceDefaults) : object;

/** Requirements that the era wrote into the object, appended (1.3). */
function withDefaults(object: KubeObject, { instanceDefaults }: EraAdmissionOptions): Verdict {
  if (!isProvisioner(object)) return {};
  const added = provisionerDefaults(object, instanceDefaults);
  if (added.length === 0) return {};
  const { spec } = object;
  const patch: JsonPatchOperation[] = [];
  if (spec === undefined) patch.push({ op: "add", path: "/spec", value: {} });
  if (spec?.requirements === undefined) patch.push({ op: "add", path: "/spec/requirements", value: added });
  else patch.push(...added.map((value) => ({ op: "add", path: "/spec/requirements/-", value }) as const));
  return { patch };
}

/** P1 to P18; what lies under `provider` is the other hook's. */
function coreErrors(object: KubeObject, { providerValidation }: EraAdmissionOptions): readonly FieldError[] {
  if (!isProvisioner(object)) return [];
  const inline = new Set(providerErrors(object).map(({ message }) => message));
  return provisionerErrors(object, { providerValidation }).filter(({ message }) => !inline.has(message));
}

function awsErrors(object: KubeObject): readonly FieldError[] {
  if (isTemplate(object)) return nodeTemplateErrors(object);
  return isProvisioner(object) ? providerErrors(object) : [];
}

const providerErrors = ({ spec }: Provisioner): readonly FieldError[] =>
  spec?.provider === undefined ? [] : inlineProviderErrors(spec.provider);

const refusal = (errors: readonly FieldError[]): Verdict => ({
  refusal: `validation failed: ${errors.map(({ message }) => message).join("\n")}`,
});

function advised(
  object: KubeObject,
  errors: readonly FieldError[],
  warningsFor: (object: KubeObject) => readonly string[],
): Verdict {
  return errors.length > 0 ? refusal(errors) : { warnings: warningsFor(object) };
}

const logLevels: readonly string[] = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"];

/** Settings that would be refused when read, and log levels that do not exist. */
function configVerdict(object: KubeObject): Verdict {
  if (object.kind !== "ConfigMap") return {};
  const { data = {} } = object as ConfigMap;
  const problems =
    object.metadata.name === globalSettingsName
      ? settingProblems(data)
      : object.metadata.name === "config-logging"
        ? loggingProblems(data)
        : [];
  return problems.length === 0 ? {} : { refusal: `validation failed: ${problems.join("\n")}` };
}

function settingProblems(data: Readonly<Record<string, string>>): readonly string[] {
  const parsed = parseSettings(data);
  return parsed.ok ? [] : parsed.failure.map(({ key, message }) => `${key} ${message}: data`);
}

/** `loglevel.controller: verbose`; a whole zap configuration is only looked at for being JSON. */
function loggingProblems(data: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(data).flatMap(([key, value]) => {
    if (key.startsWith("loglevel.") && !logLevels.includes(value)) {
      return [`${key} is "${value}", expected one of ${logLevels.join(", ")}: data`];
    }
    return key === "zap-logger-config" && !isJson(value) ? [`${key} is no JSON: data`] : [];
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What is wrong in it is the business of whoever reads it; here it is enough that it cannot be read.
    return false;
  }
}
