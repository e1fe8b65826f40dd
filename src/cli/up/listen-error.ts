import { CliError } from "../cli-error.ts";

export interface PortFailure {
  readonly kind: "port-in-use" | "not-permitted" | "port-forbidden" | "listen-failed";
  readonly host: string;
  readonly port: number;
  readonly message?: string;
}

/** A port that could not be had, with the flag that changes it. */
export function listenError(failure: PortFailure, flag: string): CliError {
  return new CliError(`port ${failure.port} on ${failure.host} ${advice(failure, flag)}`);
}

function advice({ kind, message }: PortFailure, flag: string): string {
  switch (kind) {
    case "port-in-use":
      return `is in use; choose another with ${flag} (0 picks a free one)`;
    case "not-permitted":
    case "port-forbidden":
      return `needs rights that this user has not; choose one from 1024 on with ${flag}`;
    default:
      return `cannot be opened: ${message ?? kind}; choose another with ${flag}`;
  }
}
