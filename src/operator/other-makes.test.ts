import { expect, onTestFinished, test } from "vitest";
import { type Lease, leaseType } from "../api/index.ts";
import { createApiServer } from "../local/index.ts";
import { createIds, createManualClock, createRecordingLogger, createSeededRandom } from "../platform/index.ts";
import { watchOtherMakes } from "./other-makes.ts";

const namespace = "kube-system";

/** Watches for three minutes a lease that its holder renews, or does not. */
async function told(options: { name: string; holder?: string; renews?: boolean; ownLease?: string }) {
  const { name, holder = "other_1", renews = true, ownLease } = options;
  const clock = createManualClock();
  const log = createRecordingLogger();
  const server = createApiServer({ clock, ids: createIds(createSeededRandom(1)) });
  onTestFinished(() => server.close());
  const kube = server.client();
  const renewTime = () => new Date(clock.now()).toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: holder, leaseDurationSeconds: 15, renewTime: renewTime() };
  const lease: Lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace }, spec };
  await kube.create(leaseType, lease);
  const end = new AbortController();
  const watching = watchOtherMakes({ kube, clock, log, namespace, ownLease }, end.signal);
  for (let minute = 0; minute < 3; minute += 1) {
    await clock.advance(60_000);
    const body = { spec: { renewTime: renewTime() } };
    if (renews) await kube.patch(leaseType, { name, namespace }, { type: "merge", body });
  }
  end.abort(new Error("the test is over"));
  await watching;
  return log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields);
}

test("one that renews its lease is told of once", async () => {
  expect(await told({ name: "cluster-autoscaler" })).toEqual([
    { lease: "kube-system/cluster-autoscaler", holder: "other_1" },
  ]);
});

test("one beside an observer, which takes no lease, is told of", async () => {
  expect(await told({ name: "karpenter-leader-election" })).toHaveLength(1);
});

test.each([
  ["a lease that nobody renews is a leftover", { name: "cluster-autoscaler", renews: false }],
  ["a lease that nobody holds", { name: "cluster-autoscaler", holder: "" }],
  [
    "the own lease is the election's business",
    { name: "karpenter-leader-election", ownLease: "karpenter-leader-election" },
  ],
])("%s", async (_title, options) => {
  expect(await told(options)).toEqual([]);
});
