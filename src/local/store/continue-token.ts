/** Continue tokens as kube-apiserver makes them: base64 of the version and the last key. Opaque to clients. */
export interface ContinueToken {
  readonly key: string;
  readonly version: number;
}

export function encodeContinue(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: token.version, start: token.key })).toString(
    "base64url",
  );
}

export function decodeContinue(text: string): ContinueToken | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { rv, start } = value as { rv?: unknown; start?: unknown };
    return typeof rv === "number" && typeof start === "string" ? { key: start, version: rv } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
