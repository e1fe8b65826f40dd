import { CliError } from "../cli-error.ts";

export interface PortFailure {
  readonly kind: "port-in-use" | "not-permitted" | "port-forbidden" | "listen-failed";
  readonly host: string;
  readonly port: number;
  readonly message?: string;
}

/** A port that could not be had, with the flag that changes it. */
export function listenError(failure: PortFailure, flag: string): CliError {
  const place = `port ${failure.port} on ${failure.host}`;
  switch (failure.kind) {
    case "port-in-use":
      return new CliError(`${place} is in use; choose another with ${flag} (0 picks a free one)`);
    case "not-permitted":
    case "port-forbidden":
      return new CliError(`${place} needs rights that this user has not; choose one from 1024 on with ${flag}`);
    case "listen-failed":
      return new CliError(`${place} cannot be opened: ${failure.message ?? failure.kind}; choose another with ${flag}`);
  }
}
