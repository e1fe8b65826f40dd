import { describe, expect, it } from "vitest";
import { cronJobType, jobType, podType } from "../../api/index.ts";
import type { CronJob, Job } from "../../api/index.ts";
import { podAnnotations } from "../kubelets/timings.ts";
import { isRunning, withStandIns } from "../stand-ins/stand-in-fixture.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import { computeCronJobPlan } from "./cron-job-plan.ts";
import { printIndexes } from "./job-plan.ts";
import { job } from "./workload-fixture.ts";

const target = { namespace: "default", name: "task" };

const hasEnded =
  (type: string) =>
  (object: Job): boolean =>
    conditionOf(object.status?.conditions, type)?.status === "True";

describe("Job", () => {
  it("runs as many pods at a time as it may until enough have succeeded", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("task", { completions: 5, parallelism: 2 }));
      let most = 0;
      await cluster.until(async () => {
        most = Math.max(most, (await cluster.pods()).filter(isRunning).length);
        return hasEnded("Complete")(await cluster.kube.get(jobType, target));
      });
      expect(most).toBe(2);
      await cluster.clock.advance(1_000);
      const { status } = await cluster.kube.get(jobType, target);
      expect({ failed: 0, active: 0, ...status }).toMatchObject({ succeeded: 5, failed: 0, active: 0 });
      expect((await cluster.pods()).map((pod) => [pod.status?.phase, pod.metadata.finalizers])).toEqual(
        Array.from({ length: 5 }, () => ["Succeeded", undefined]),
      );
    }));

  it("does not run work again whose pod was deleted after it had succeeded", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("task", { completions: 2, parallelism: 1 }));
      await cluster.until(async () => (await cluster.kube.get(jobType, target)).status?.succeeded === 1);
      const [done] = (await cluster.pods()).filter((pod) => pod.status?.phase === "Succeeded");
      await cluster.kube.delete(podType, { namespace: "default", name: done?.metadata.name ?? "" });
      await cluster.until(async () => hasEnded("Complete")(await cluster.kube.get(jobType, target)));
      await cluster.clock.advance(1_000);
      expect((await cluster.kube.get(jobType, target)).status?.succeeded).toBe(2);
      expect(await cluster.pods()).toHaveLength(1);
    }));

  it("gives up after its back-off limit, waiting longer each time", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      const annotations = { [podAnnotations.exitCode]: "1", [podAnnotations.runSeconds]: "1" };
      await cluster.kube.create(jobType, job("task", { backoffLimit: 2, annotations }));
      const before = cluster.clock.monotonic();
      await cluster.until(async () => hasEnded("Failed")(await cluster.kube.get(jobType, target)));
      const { status } = await cluster.kube.get(jobType, target);
      expect(conditionOf(status?.conditions, "Failed")?.reason).toBe("BackoffLimitExceeded");
      expect(await cluster.pods()).toHaveLength(3);
      expect(cluster.clock.monotonic() - before).toBeGreaterThan(30_000);
    }));

  it("goes away with its pods when its time to live is over", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("task", { ttlSecondsAfterFinished: 30 }));
      await cluster.until(async () => (await cluster.list(jobType)).some(hasEnded("Complete")));
      await cluster.clock.advance(20_000);
      expect(await cluster.list(jobType)).toHaveLength(1);
      await cluster.until(async () => (await cluster.list(jobType)).length + (await cluster.pods()).length === 0);
    }));

  it("starts nothing while suspended and stops what runs", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(jobType, job("task", { suspend: true }));
      await cluster.clock.advance(10_000);
      expect(await cluster.pods()).toEqual([]);
      await cluster.kube.patch(jobType, target, { type: "merge", body: { spec: { suspend: false } } });
      await cluster.until(async () => hasEnded("Complete")(await cluster.kube.get(jobType, target)));
    }));

  it("gives each index of an indexed Job one pod", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      const indexed = job("task", { completions: 3, parallelism: 3 });
      const spec = { ...indexed.spec, completionMode: "Indexed" };
      await cluster.kube.create(jobType, { ...indexed, spec });
      await cluster.until(async () => hasEnded("Complete")(await cluster.kube.get(jobType, target)));
      const indexes = (await cluster.pods()).map(
        ({ metadata }) => metadata.annotations?.["batch.kubernetes.io/job-completion-index"],
      );
      expect(new Set(indexes)).toEqual(new Set(["0", "1", "2"]));
    }));

  it("prints completed indexes as ranges", () => {
    expect(printIndexes([5, 0, 1, 2])).toBe("0-2,5");
  });
});

const hour = 3_600_000;
const start = Date.parse("2026-11-01T10:00:00Z");

function cronJob(spec: Partial<CronJob["spec"]> = {}): CronJob {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly", namespace: "default", creationTimestamp: "2026-11-01T10:00:00Z" },
    spec: { schedule: "0 * * * *", jobTemplate: { spec: job("x").spec }, ...spec },
  };
}

const running = { ...job("nightly-1"), status: { active: 1 } };

describe("CronJob", () => {
  it.each([
    ["before the first time", {}, [], start + 60_000, undefined],
    ["at the time", {}, [], start + hour, start + hour],
    ["late by a minute", {}, [], start + hour + 60_000, start + hour],
    ["after several missed ones", {}, [], start + 3 * hour + 1, start + 3 * hour],
    ["past the starting deadline", { startingDeadlineSeconds: 30 }, [], start + hour + 60_000, undefined],
    ["suspended", { suspend: true }, [], start + hour, undefined],
    ["while the last one runs, forbidden", { concurrencyPolicy: "Forbid" }, [running], start + hour, undefined],
    ["while the last one runs, allowed", {}, [running], start + hour, start + hour],
    ["in another time zone", { schedule: "0 20 * * *", timeZone: "Asia/Tokyo" }, [], start + hour, start + hour],
  ] as const)("starts %s", (_name, spec, jobs, now, due) => {
    expect(computeCronJobPlan(cronJob(spec), jobs, now).start).toBe(due);
  });

  it("replaces the one that runs when told to", () => {
    expect(computeCronJobPlan(cronJob({ concurrencyPolicy: "Replace" }), [running], start + hour).remove).toEqual([
      running,
    ]);
  });

  it("says what is wrong with a schedule", () => {
    expect(computeCronJobPlan(cronJob({ schedule: "every day" }), [], start).problem).toContain('"every day"');
  });

  it("starts a Job each hour and keeps the last three that succeeded", () =>
    withStandIns({}, async (cluster) => {
      cluster.yard.add();
      await cluster.kube.create(cronJobType, cronJob());
      await cluster.clock.advance(5 * hour + 60_000);
      const names = (await cluster.list(jobType)).map(({ metadata }) => metadata.name);
      expect(names).toEqual([3, 4, 5].map((each) => `nightly-${Math.floor((start + each * hour) / 60_000)}`));
    }));
});
