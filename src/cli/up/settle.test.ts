import { describe, expect, it } from "vitest";
import { createManualClock } from "../../platform/index.ts";
import { waitUntilSettled } from "./settle.ts";
import type { ClusterPicture } from "./summary.ts";

const empty: ClusterPicture = { workloads: [], pods: [], nodes: [], claims: [] };
const unseen: ClusterPicture = {
  ...empty,
  workloads: [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "default", generation: 1 } },
  ],
};

/** Waits on a cluster whose last change was 10 s ago, and that shows `picture` of the milliseconds since the asking. */
async function settle(picture: (milliseconds: number) => ClusterPicture): Promise<[string, number]> {
  const clock = createManualClock();
  await clock.advance(10_000);
  const asked = clock.monotonic();
  const elapsed = (): number => clock.monotonic() - asked;
  const over = { is: false };
  const waiting = waitUntilSettled(
    {
      cluster: {
        picture: () => picture(elapsed()),
        lastChange: () => 0,
        run: async () => {},
        waitForSync: async () => {},
      },
      clock,
      unplaced: () => new Set(),
      timeoutMilliseconds: 5_000,
      quietMilliseconds: 2_000,
    },
    new AbortController().signal,
  ).finally(() => {
    over.is = true;
  });
  while (!over.is && elapsed() < 10_000) await clock.advance(100);
  return [(await waiting).kind, elapsed()];
}

describe("waitUntilSettled", () => {
  it("counts quiet from the asking: what was just applied has not come back from the server yet", async () => {
    const [kind, milliseconds] = await settle((since) => (since < 1_500 ? empty : unseen));
    expect(kind).toBe("timeout");
    expect(milliseconds).toBeGreaterThanOrEqual(5_000);
  });

  it("is settled once nothing has changed for the quiet time", async () => {
    const [kind, milliseconds] = await settle(() => empty);
    expect(kind).toBe("settled");
    expect(milliseconds).toBeGreaterThanOrEqual(2_000);
    expect(milliseconds).toBeLessThan(2_300);
  });
});
