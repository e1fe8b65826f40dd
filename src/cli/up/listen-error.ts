import type { ListenFailure } from "../../server/index.ts";
import { CliError } from "../cli-error.ts";

/** A port that could not be had, with the flag that changes it. */
export function listenError(failure: ListenFailure, flag: string): CliError {
  const place = `port ${failure.port} on ${failure.host}`;
  switch (failure.kind) {
    case "port-in-use":
      return new CliError(`${place} is in use; choose another with ${flag} (0 picks a free one)`);
    case "not-permitted":
      return new CliError(`${place} needs rights that this user has not; choose one from 1024 on with ${flag}`);
    case "listen-failed":
      return new CliError(`${place} cannot be opened: ${failure.message}; choose another with ${flag}`);
  }
}
