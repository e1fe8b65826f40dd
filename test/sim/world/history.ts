/** What a run wrote, boiled down to one hash and the last few lines. */
import { createHash } from "node:crypto";

export interface WriteRecord {
  /** Virtual milliseconds since the start. */
  readonly at: number;
  readonly verb: "create" | "update" | "delete";
  readonly object: string;
  readonly version: number;
}

export interface History {
  add(record: WriteRecord): void;
  readonly count: number;
  /** The newest records but those of leases, oldest first. */
  recent(): readonly WriteRecord[];
  hash(): string;
}

const kept = 300;

export function createHistory(): History {
  const digest = createHash("sha256");
  let records: WriteRecord[] = [];
  let count = 0;
  return {
    add: (record) => {
      count += 1;
      digest.update(`${record.at} ${record.verb} ${record.object} ${record.version}\n`);
      // Beats would push out everything that tells a story.
      if (record.object.startsWith("leases/")) return;
      records.push(record);
      if (records.length > 2 * kept) records = records.slice(-kept);
    },
    get count() {
      return count;
    },
    recent: () => records.slice(-kept),
    hash: () => digest.copy().digest("hex"),
  };
}
