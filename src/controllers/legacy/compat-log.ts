import { type Logger, tapLog } from "../../platform/index.ts";
import { foundingLines, type LaunchNotes, type NodeTimers } from "../../legacy/index.ts";

/**
 * A log in which the old form follows each line that had one, marked `compat: true`, so that the founding document's searches
 * and metric filters find something (spec: v1alpha5 4.13, D10).
 */
export function withFoundingForms(
  log: Logger,
  options: {
    /** Asked anew for each line: the old forms are wanted as long as it says so. */
    readonly wanted: () => boolean;
    /** RFC 3339: of the price table in use. */
    readonly priceDate: string;
    readonly timersOf: (node: string) => NodeTimers | undefined;
  },
): Logger {
  const notes: LaunchNotes = new Map();
  return tapLog(log, (message, fields) => {
    if (!options.wanted()) return;
    for (const line of foundingLines(message, fields, { ...options, notes })) {
      log[line.level](line.message, { ...line.fields, logger: line.logger, compat: true });
    }
  });
}
