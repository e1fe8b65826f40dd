export type ListenFailure =
  | { readonly kind: "port-in-use"; readonly host: string; readonly port: number }
  | { readonly kind: "not-permitted"; readonly host: string; readonly port: number }
  | { readonly kind: "listen-failed"; readonly host: string; readonly port: number; readonly message: string };

export function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): ListenFailure {
  if (error.code === "EADDRINUSE") return { kind: "port-in-use", host, port };
  if (error.code === "EACCES") return { kind: "not-permitted", host, port };
  return { kind: "listen-failed", host, port, message: error.message };
}
