/** The embedded server against the recorded answers of a real control plane: needs only Node and kubectl. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { type ParityCluster, startEmbedded } from "./clusters.ts";
import { expectAlike } from "./expect-alike.ts";
import { kubectlInPath } from "./kubectl.ts";
import { parityList } from "./parity-list.ts";
import { readRecording, recordedFolder, recordedWith } from "./recordings.ts";
import { runCall } from "./run-call.ts";

const minorOf = (version: string): string => /^v\d+\.\d+/.exec(version)?.[0] ?? version;

/** Why the recordings cannot be compared here; undefined when they can. */
function obstacle(): string | undefined {
  const found = kubectlInPath();
  if ("missing" in found) return found.missing;
  const { kubectl } = recordedWith(recordedFolder);
  if (minorOf(found.version) === minorOf(kubectl)) return undefined;
  return `recorded with kubectl ${kubectl}, but ${found.version} is in PATH: its own words differ; run node test/parity/record.ts`;
}

const reason = obstacle();
const running: { cluster?: ParityCluster } = {};

describe.skipIf(reason !== undefined)(
  `kubectl on the embedded server answers as recorded${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    beforeAll(async () => {
      running.cluster = await startEmbedded();
    });
    afterAll(() => running.cluster?.close());

    test.concurrent.each(parityList)("$name", async (call) => {
      const { folder } = running.cluster!;
      const embedded = await runCall({ folder, kubectl: "kubectl" }, call);
      expectAlike(call, { real: readRecording(recordedFolder, call.name) ?? [], embedded });
    });
  },
);
