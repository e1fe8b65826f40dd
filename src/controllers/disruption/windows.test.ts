import { describe, expect, test } from "vitest";
import { nodePool } from "../../../test/controllers/builders.ts";
import { disruptionFixture } from "../../../test/controllers/disruption-fixture.ts";

describe("disruption windows of a pool", () => {
  test("hold back every reason until they open, in the pool's own time zone, and say so; other pools go on", async () => {
    const windows = [{ schedule: "0 12 * * *", duration: "1h", timeZone: "Europe/Berlin" }];
    const annotations = { "karpenter-ts.dev/disruption-windows": JSON.stringify(windows) };
    const held = { ...nodePool("held"), metadata: { name: "held", annotations } };
    const { fixture, claimNames } = await disruptionFixture({
      pools: [held, nodePool("free")],
      nodes: [
        ["stays", { pool: "held" }],
        ["goes", { pool: "free" }],
      ],
    });
    await fixture.advance(59 * 60_000);
    expect(await claimNames()).toEqual(["stays"]);
    const blocked = fixture.published.find(
      ({ object, reason }) => object.kind === "NodePool" && reason === "DisruptionBlocked",
    );
    expect(blocked?.message).toContain("no disruption window of the nodepool is open for Empty");
    await fixture.advance(2 * 60_000);
    expect(await claimNames()).toEqual([]);
    await fixture.stop();
  });
});
