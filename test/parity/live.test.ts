/** The embedded server beside a real control plane, asked the same at the same time by the kubectl of its version. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { binaryNames, cacheFolder } from "../controlplane/build.ts";
import { type ParityCluster, startEmbedded, startReal } from "./clusters.ts";
import { expectAlike } from "./expect-alike.ts";
import { parityList } from "./parity-list.ts";
import { runCall } from "./run-call.ts";

/** The folder with all binaries; undefined where nothing was built: this suite builds nothing. */
async function binariesFolder(): Promise<string | undefined> {
  const folder = process.env.KUBEBUILDER_ASSETS || (await cacheFolder(process.env));
  return binaryNames.every((name) => existsSync(join(folder, name))) ? folder : undefined;
}

const binaries = await binariesFolder();
const running: { embedded?: ParityCluster; real?: ParityCluster } = {};

describe.skipIf(binaries === undefined)(
  `kubectl on the embedded server and on a real control plane${binaries === undefined ? " (skipped: not built; node test/controlplane/build.ts)" : ""}`,
  () => {
    beforeAll(async () => {
      [running.embedded, running.real] = await Promise.all([startEmbedded(), startReal()]);
    });
    afterAll(async () => {
      await Promise.all([running.embedded?.close(), running.real?.close()]);
    });

    test.concurrent.each(parityList)("$name", async (call) => {
      const kubectl = join(binaries ?? "", "kubectl");
      const [embedded, real] = await Promise.all([
        runCall({ folder: running.embedded!.folder, kubectl }, call),
        runCall({ folder: running.real!.folder, kubectl }, call),
      ]);
      expectAlike(call, { real, embedded });
    });
  },
);
