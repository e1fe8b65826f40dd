/** Which of the forms that this server can give an `Accept` header asks for. */
export type Answer =
  | { readonly form: "json" }
  | { readonly form: "table" }
  | { readonly form: "metadata"; readonly list: boolean }
  | { readonly form: "discovery" };

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const equals = parameter.indexOf("=");
    return [parameter.slice(0, equals), parameter.slice(equals + 1)];
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
}

const jsonTypes = new Set(["application/json", "application/*", "*/*"]);

function answerOf({ type, parameters }: Range): Answer | undefined {
  if (!jsonTypes.has(type)) return undefined;
  const [as, group, version] = ["as", "g", "v"].map((name) => parameters.get(name));
  switch (as) {
    case undefined:
      return { form: "json" };
    case "Table":
      return group === "meta.k8s.io" && version === "v1" ? { form: "table" } : undefined;
    case "PartialObjectMetadata":
    case "PartialObjectMetadataList":
      return { form: "metadata", list: as.endsWith("List") };
    case "APIGroupDiscoveryList":
      return group === "apidiscovery.k8s.io" && version === "v2" ? { form: "discovery" } : undefined;
    default:
      return undefined;
  }
}

/** The first form of the header that can be given; undefined when none can (406). */
export function negotiate(accept: string | undefined): Answer | undefined {
  if (accept === undefined || accept.trim() === "") return { form: "json" };
  for (const range of accept.split(",")) {
    const answer = answerOf(parseRange(range));
    if (answer !== undefined) return answer;
  }
  return undefined;
}
