import { expect, it } from "vitest";
import { labels } from "../../api/index.ts";
import { ladderTypes } from "../../../test/builders/instance-types.ts";
import { podsOf } from "../../../test/builders/pods.ts";
import { nodePool, snapshot, testOptions } from "../../../test/builders/snapshot.ts";
import { classifyPods } from "../pods/pod-class.ts";
import { buildSession } from "../provisioning/build-session.ts";
import { standingBeside } from "../provisioning/build-topology.ts";
import { resolveOptions } from "../provisioning/options.ts";
import type { Session } from "../provisioning/session.ts";
import { finished } from "../resumable.ts";
import { hostsToCome } from "./hosts-to-come.ts";

const alone = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: labels.hostname, labelSelector: { matchLabels: { app: "db" } } },
    ],
  },
};

/** Three pods of which no two may share a host, and five that may stand anywhere. */
function sessionOf(): Session {
  const requests = { cpu: "100m", memory: "128Mi" };
  const taken = snapshot({
    pools: [nodePool("default")],
    types: ladderTypes(4),
    pods: [
      ...podsOf(3, "db", { labels: { app: "db" }, requests, spec: { affinity: alone } }),
      ...podsOf(5, "web", { labels: { app: "web" }, requests }),
    ],
  });
  const { classes } = classifyPods(taken.pendingPods);
  const standing = finished(standingBeside(taken, new Set()));
  return finished(buildSession(taken, { classes, standing, options: resolveOptions(testOptions) }));
}

const apart = ({ workloads }: Session) => workloads.find(({ pods: [pod] }) => pod?.metadata.labels?.["app"] === "db");

it("asks for a host for each pod that keeps apart, at the price of the cheapest machine, until it has a place", () => {
  const session = sessionOf();
  const workload = apart(session);
  const toCome = hostsToCome(session);
  const three = toCome.least(0);
  if (workload !== undefined) toCome.placed(workload);
  expect(three).toBeGreaterThan(0);
  expect(toCome.least(1)).toBeCloseTo((three * 2) / 3, 9);
});

it("counts on claims that others have opened as places for such pods", () => {
  const toCome = hostsToCome(sessionOf());
  expect(toCome.least(1)).toBeCloseTo((toCome.least(0) * 2) / 3, 9);
  expect(toCome.least(7)).toBe(0);
});
