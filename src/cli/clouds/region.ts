import { simulatedRegions } from "../../local/index.ts";
import { CliError } from "../cli-error.ts";

/** Refuses a region whose machines do not ship with the project. */
export function checkRegion(region: string): void {
  const known = simulatedRegions();
  if (known.includes(region)) return;
  throw new CliError(`--region: "${region}" is no region that can be simulated; expected one of ${known.join(", ")}`);
}
