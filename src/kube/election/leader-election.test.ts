import { describe, expect, it } from "vitest";
import { leaseType } from "../../api/index.ts";
import { createMetricsRegistry } from "../../platform/index.ts";
import { KubeFault } from "../fault.ts";
import { type KubeClient, LeadershipLost, leadWithLease } from "../index.ts";
import { createRig, type Rig } from "../testing/rig.ts";

const lease = { namespace: "kube-system", name: "karpenter-leader-election" };

/** A candidate on the rig's clock and server, which writes down when it leads. */
function candidate(rig: Rig, identity: string, drainMilliseconds = 0) {
  const stop = new AbortController();
  const history: string[] = [];
  const note = (what: string): void => void history.push(`${what}@${Math.round(rig.clock.monotonic())}`);
  const metrics = createMetricsRegistry();
  const lead = async (signal: AbortSignal): Promise<void> => {
    note("leads");
    await rig.clock.sleep(10_000_000, { signal }).catch(() => undefined);
    note("told to stop");
    await rig.clock.sleep(drainMilliseconds);
    note("ended");
  };
  const outcome = leadWithLease({ ...rig, client: rig.api, metrics, lease, identity }, lead, stop.signal).then(
    () => note("released"),
    (error: unknown) => note(error instanceof LeadershipLost ? "lost" : String(error)),
  );
  return { history, outcome, stop: () => stop.abort(new Error("SIGTERM")), metrics };
}

const specOf = (rig: Rig) => rig.api.peek(leaseType, lease)?.spec;
const unreachable = () => new KubeFault("ConnectionFailed", "connection refused");
const cutOff = (rig: Rig, calls: number): void => {
  for (let call = 0; call < calls; call += 1) {
    rig.api.failNext("update", unreachable());
    rig.api.failNext("get", unreachable());
  }
};

describe("leader election", () => {
  it("takes a lease that nobody has, in the form that kubectl and Go electors read", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1");
    await rig.clock.advance(0);
    expect(one.history).toEqual(["leads@0"]);
    expect(specOf(rig)).toEqual({
      holderIdentity: "host_1",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.000000Z",
      renewTime: "2026-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    });
    expect(await one.metrics.value("leader_election_master_status", { name: lease.name })).toBe(1);
  });

  it("renews every two seconds by one write", async () => {
    const rig = createRig();
    candidate(rig, "host_1");
    await rig.clock.advance(20_000);
    expect(specOf(rig)?.renewTime).toBe("2026-01-01T00:00:20.000000Z");
    expect(specOf(rig)?.acquireTime).toBe("2026-01-01T00:00:00.000000Z");
    expect(rig.api.calls.map(({ method }) => method)).toEqual(["get", "create", ...Array(10).fill("update")]);
  });

  it("[ops 9.2.18] hands over within three seconds of a clean stop", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1");
    await rig.clock.advance(0);
    const two = candidate(rig, "host_2");
    await rig.clock.advance(60_000);
    expect(two.history).toEqual([]);
    one.stop();
    await rig.clock.advance(5_000);
    expect(one.history.slice(1)).toEqual(["told to stop@60000", "ended@60000", "released@60000"]);
    const led = Number(two.history[0]?.split("@")[1]);
    expect(led).toBeLessThanOrEqual(63_000);
    expect(specOf(rig)).toMatchObject({ holderIdentity: "host_2", leaseTransitions: 1 });
  });

  it("keeps the lease while the work drains, and only then gives it away", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1", 25_000);
    await rig.clock.advance(0);
    const two = candidate(rig, "host_2");
    await rig.clock.advance(10_000);
    one.stop();
    await rig.clock.advance(24_000);
    expect(two.history).toEqual([]);
    await rig.clock.advance(10_000);
    expect(one.history.at(-1)).toBe("released@35000");
    expect(two.history[0]).toMatch(/^leads@3\d{4}$/);
  });

  it("[ops 9.2.18] hands over within 17 seconds of a crash, counted from the last change seen", async () => {
    const rig = createRig();
    rig.api.put(leaseType, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: lease,
      spec: {
        holderIdentity: "crashed",
        leaseDurationSeconds: 15,
        // Another machine's clock, an hour ahead: it must not matter.
        renewTime: "2026-01-01T01:00:00.000000Z",
        leaseTransitions: 4,
      },
    });
    const two = candidate(rig, "host_2");
    await rig.clock.advance(14_999);
    expect(two.history).toEqual([]);
    await rig.clock.advance(1_001);
    expect(two.history).toHaveLength(1);
    expect(specOf(rig)).toMatchObject({ holderIdentity: "host_2", leaseTransitions: 5 });
  });

  it("[ops 9.2.19] stops all work ten seconds after the last renewal when cut off", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1", 60_000);
    await rig.clock.advance(20_000);
    cutOff(rig, 100);
    await rig.clock.advance(12_000);
    expect(one.history).toEqual(["leads@0", "told to stop@30000", "lost@30000"]);
    expect(await one.metrics.value("leader_election_master_status", { name: lease.name })).toBe(0);
    expect(await one.metrics.value("leader_election_slowpath_total", { name: lease.name })).toBeGreaterThan(0);
  });

  it("[ops 9.2.19] does so also when calls hang", async () => {
    const rig = createRig();
    const hang = new Promise<never>(() => undefined);
    const stop = new AbortController();
    const history: string[] = [];
    const lead = async (signal: AbortSignal): Promise<void> => {
      await rig.clock.sleep(10_000_000, { signal }).catch(() => undefined);
      history.push(`told to stop@${rig.clock.monotonic()}`);
    };
    rig.api.get = hangFrom(rig, 20_000, hang, rig.api.get.bind(rig.api)) as typeof rig.api.get;
    rig.api.update = hangFrom(rig, 20_000, hang, rig.api.update.bind(rig.api)) as typeof rig.api.update;
    const options = { ...rig, client: rig.api, lease, identity: "host_1" };
    const outcome = expect(leadWithLease(options, lead, stop.signal)).rejects.toThrow("could not be renewed");
    await rig.clock.advance(40_000);
    await outcome;
    expect(history).toEqual(["told to stop@28000"]);
  });

  it.each([
    ["of another make is told of", "go-elector_1", {}, ["warn"]],
    ["of our own make is not", "host_0", { "karpenter-ts.dev/holder": "host_0" }, []],
    ["that took over from ours is told of", "go-elector_1", { "karpenter-ts.dev/holder": "host_0" }, ["warn"]],
  ])("a holder %s", async (_what, holderIdentity, annotations, expected) => {
    const rig = createRig();
    const spec = { holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 1 };
    const metadata = { ...lease, annotations };
    rig.api.put(leaseType, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec });
    candidate(rig, "host_1");
    await rig.clock.advance(10_000);
    expect(rig.log.lines.filter(({ level }) => level === "warn").map(({ level }) => level)).toEqual(expected);
  });

  it("keeps the lease when one call gets no answer", async () => {
    const rig = createRig();
    const { clock } = rig;
    const update = rig.api.update.bind(rig.api);
    let silent = false;
    // As the HTTP client does: the call ends after its time, and the next one is answered.
    rig.api.update = (async (...[type, object, options]: Parameters<KubeClient["update"]>) => {
      if (!silent) return update(type, object);
      silent = false;
      await clock.sleep(options?.timeoutMilliseconds ?? 30_000);
      throw new KubeFault("Timeout", "no answer");
    }) as typeof rig.api.update;
    const one = candidate(rig, "host_1");
    await clock.advance(20_000);
    silent = true;
    await clock.advance(60_000);
    expect([silent, one.history]).toEqual([false, ["leads@0"]]);
  });

  it("survives an outage shorter than the deadline", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1");
    await rig.clock.advance(20_000);
    cutOff(rig, 3);
    await rig.clock.advance(60_000);
    expect(one.history).toEqual(["leads@0"]);
  });

  it("gives up at once when it sees another holder", async () => {
    const rig = createRig();
    const one = candidate(rig, "host_1");
    await rig.clock.advance(10_000);
    rig.api.put(leaseType, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: lease,
      spec: { holderIdentity: "usurper", leaseDurationSeconds: 15, renewTime: "2026-01-01T00:00:10.000000Z" },
    });
    await rig.clock.advance(2_000);
    expect(one.history).toContain("lost@12000");
    expect(specOf(rig)?.holderIdentity).toBe("usurper");
  });

  it("lets one of many candidates lead at a time, through a chain of hand-overs", async () => {
    const rig = createRig();
    const candidates = Array.from({ length: 4 }, (_, index) => candidate(rig, `host_${index}`));
    const leaders = () => candidates.filter(({ history }) => history.at(-1)?.startsWith("leads") === true);
    for (let round = 0; round < 4; round += 1) {
      await rig.clock.advance(6_000);
      expect(leaders()).toHaveLength(1);
      leaders()[0]?.stop();
    }
    await rig.clock.advance(6_000);
    expect(candidates.flatMap(({ history }) => history.filter((line) => line.startsWith("leads")))).toHaveLength(4);
  });

  it("stops waiting when it is told to", async () => {
    const rig = createRig();
    candidate(rig, "host_1");
    await rig.clock.advance(0);
    const two = candidate(rig, "host_2");
    await rig.clock.advance(5_000);
    two.stop();
    await rig.clock.advance(0);
    expect(two.history).toEqual(["released@5000"]);
    expect(specOf(rig)?.holderIdentity).toBe("host_1");
  });

  it("ends with the failure of the work and releases the lease", async () => {
    const rig = createRig();
    const failing = leadWithLease(
      { ...rig, client: rig.api, lease, identity: "host_1" },
      () => Promise.reject(new Error("the work broke")),
      rig.signal,
    );
    await expect(failing).rejects.toThrow("the work broke");
    expect(specOf(rig)?.holderIdentity).toBe("");
  });
});

/** A method that never answers from a certain time on. */
const hangFrom =
  <A extends readonly unknown[]>(rig: Rig, from: number, hang: Promise<never>, method: (...call: A) => unknown) =>
  (...call: A) =>
    rig.clock.monotonic() < from ? method(...call) : hang;
