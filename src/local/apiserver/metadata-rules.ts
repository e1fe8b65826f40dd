/** Rules for `metadata` that hold for every kind (apimachinery, api/validation/objectmeta.go). */
import type { ObjectMeta } from "../../api/index.ts";
import { forbiddenField, invalidValue, required, type Cause } from "./faults.ts";

export type NameForm = "subdomain" | "label" | "path-segment" | "dns1035";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${subdomain}$`);
const dns1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedNamePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainText = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
const labelText = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;
const dns1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const namePartText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const tooLong = (limit: number): string => `must be no more than ${limit} bytes`;

/** What is wrong with a name, in the server's words. */
export function nameProblems(name: string, form: NameForm): readonly string[] {
  if (form === "path-segment") {
    if (name === "." || name === "..") return [`may not be '${name}'`];
    return ["/", "%"]
      .filter((character) => name.includes(character))
      .map((character) => `may not contain '${character}'`);
  }
  const limit = form === "subdomain" ? 253 : 63;
  const [pattern, text] = {
    subdomain: [subdomainPattern, subdomainText] as const,
    label: [labelPattern, labelText] as const,
    dns1035: [dns1035Pattern, dns1035Text] as const,
  }[form];
  return [...(name.length > limit ? [tooLong(limit)] : []), ...(pattern.test(name) ? [] : [text])];
}

/** What is wrong with a label, annotation, taint or resource key. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === "") problems.push("prefix part must be non-empty");
    else problems.push(...nameProblems(parts[0]!, "subdomain").map((problem) => `prefix part ${problem}`));
  }
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!qualifiedNamePattern.test(name)) problems.push(namePartText);
  return problems;
}

export function labelValueProblems(value: string): readonly string[] {
  return [...(value.length > 63 ? [tooLong(63)] : []), ...(labelValuePattern.test(value) ? [] : [labelValueText])];
}

export function validateLabels(labels: unknown, field: string): readonly Cause[] {
  return Object.entries((labels ?? {}) as Record<string, string>).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) =>
      invalidValue(field, key, problem.replace(/^a qualified name/, "a valid label key")),
    ),
    ...labelValueProblems(value).map((problem) => invalidValue(field, value, problem)),
  ]);
}

const annotationBytes = 256 * 1024;

function validateAnnotations(annotations: ObjectMeta["annotations"], field: string): readonly Cause[] {
  const entries = Object.entries(annotations ?? {});
  const causes = entries.flatMap(([key]) =>
    qualifiedNameProblems(key.toLowerCase()).map((problem) => invalidValue(field, key, problem)),
  );
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes <= annotationBytes) return causes;
  return [
    ...causes,
    { reason: "FieldValueTooLong", field, message: `Too long: may not be more than ${annotationBytes} bytes` },
  ];
}

function validateOwners(owners: ObjectMeta["ownerReferences"]): readonly Cause[] {
  const causes: Cause[] = [];
  for (const [index, owner] of (owners ?? []).entries()) {
    for (const name of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!owner[name])
        causes.push(invalidValue(`metadata.ownerReferences[${index}].${name}`, "", `${name} must not be empty`));
    }
  }
  const controllers = (owners ?? []).filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    const text = `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`;
    causes.push(invalidValue("metadata.ownerReferences", owners, text));
  }
  return causes;
}

/** Everything that can be wrong with metadata at create. */
export function validateMetadata(metadata: ObjectMeta, form: NameForm): readonly Cause[] {
  const { name = "", generateName = "" } = metadata;
  const causes: Cause[] = [];
  if (name === "") causes.push(required("metadata.name", "name or generateName is required"));
  else causes.push(...nameProblems(name, form).map((problem) => invalidValue("metadata.name", name, problem)));
  if (generateName !== "" && name === "") {
    causes.push(
      ...nameProblems(`${generateName}x`, form).map((problem) =>
        invalidValue("metadata.generateName", generateName, problem),
      ),
    );
  }
  return [...causes, ...validateMutableMetadata(metadata)];
}

function validateMutableMetadata(metadata: ObjectMeta): readonly Cause[] {
  return [
    ...validateLabels(metadata.labels, "metadata.labels"),
    ...validateAnnotations(metadata.annotations, "metadata.annotations"),
    ...validateOwners(metadata.ownerReferences),
    ...(metadata.finalizers ?? []).flatMap((finalizer) =>
      qualifiedNameProblems(finalizer).map((problem) => invalidValue("metadata.finalizers", finalizer, problem)),
    ),
  ];
}

/** Without labels and finalizers that stood the test when they were written; annotations have a sum that must be taken. */
function sinceThen(next: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const { labels = {}, finalizers = [] } = old;
  const entries = Object.entries(next.labels ?? {}).filter(([key, value]) => labels[key] !== value);
  return {
    ...next,
    labels: Object.fromEntries(entries),
    finalizers: (next.finalizers ?? []).filter((finalizer) => !finalizers.includes(finalizer)),
    ...(next.annotations === old.annotations ? { annotations: {} } : {}),
  };
}

/** Rules of an update: immutable members, and no new finalizer on an object that is going. */
export function validateMetadataUpdate(next: ObjectMeta, old: ObjectMeta): readonly Cause[] {
  const causes = [...validateMutableMetadata(sinceThen(next, old))];
  if (old.deletionTimestamp !== undefined) {
    const added = (next.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
    if (added.length > 0) {
      const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
      causes.push(
        forbiddenField(
          "metadata.finalizers",
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  return causes;
}
