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

function answerOf({ type, parameters }: Range): Answer | undefined {
  if (type !== "application/json" && type !== "*/*" && type !== "application/*") return undefined;
  const as = parameters.get("as");
  if (as === undefined) return { form: "json" };
  const group = parameters.get("g");
  if (as === "Table" && group === "meta.k8s.io" && parameters.get("v") === "v1") return { form: "table" };
  if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") {
    return { form: "metadata", list: as.endsWith("List") };
  }
  if (as === "APIGroupDiscoveryList" && group === "apidiscovery.k8s.io" && parameters.get("v") === "v2") {
    return { form: "discovery" };
  }
  return undefined;
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
