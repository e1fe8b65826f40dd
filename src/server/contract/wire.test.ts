import { expect, it } from "vitest";
import { boundPod, daemonSet, pod } from "../../../test/builders/pods.ts";
import { managedNode, nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { type ClusterEvent, provision } from "../../core/index.ts";
import { fromWire, type WireSnapshot, wirePieces } from "./index.ts";

const given = snapshot({
  pools: [nodePool("general"), nodePool("other")],
  managed: [managedNode("n-1", { pool: "general" })],
  pods: [
    boundPod("web-1", "n-1", { requests: { cpu: "3" } }),
    pod("web-2", { requests: { cpu: "2" } }),
    pod("huge", { requests: { cpu: "2000" } }),
  ],
  events: [{ type: "upsert", kind: "DaemonSet", object: daemonSet("agent", { cpu: "100m" }) }],
});
const read = (): typeof given => fromWire(JSON.parse([...wirePieces(given)].join("")) as WireSnapshot);

it("a picture that went over the wire is planned like the one that it was made from", () => {
  const [here, there] = [given, read()].map((picture) => provision(picture, testOptions));
  expect(here?.claims.length).toBeGreaterThan(0);
  expect(here?.unplaced.length).toBe(1);
  expect(JSON.stringify(there)).toBe(JSON.stringify(here));
});

it("types that pools share are sent once, and are shared again", () => {
  const wire = JSON.parse([...wirePieces(given)].join("")) as WireSnapshot;
  expect(wire.types).toHaveLength(new Set(given.instanceTypes.values()).size);
  const lists = [...read().instanceTypes.values()];
  expect(new Set(lists).size).toBe(wire.types.length);
});

it("no piece holds the thread: volumes by the thousand go one by one", () => {
  const volumes = Array.from(
    { length: 2_000 },
    (_, index): ClusterEvent => ({
      type: "upsert",
      kind: "PersistentVolumeClaim",
      object: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: `data-${index}`, namespace: "default" },
        spec: { storageClassName: "gp3" },
      },
    }),
  );
  const many = snapshot({ pools: [nodePool("general")], events: volumes });
  const pieces = [...wirePieces(many)];
  const back = fromWire(JSON.parse(pieces.join("")) as WireSnapshot);
  expect([...back.persistentVolumeClaims]).toEqual([...many.persistentVolumeClaims]);
  expect(many.persistentVolumeClaims.size).toBe(2_000);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(20_000);
});
