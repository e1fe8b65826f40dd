import { expect, test } from "vitest";
import { type Event, eventType } from "../../api/index.ts";
import { createIds, createManualClock, createSeededRandom, silentLogger } from "../../platform/index.ts";
import { expireEvents } from "./event-expiry.ts";
import { createApiServer } from "./server.ts";

const minute = 60_000;

test("an event goes when nothing was added to it for the time that it is kept, and no sooner", async () => {
  const clock = createManualClock({ start: Date.parse("2026-11-02T10:00:00Z") });
  const random = createSeededRandom(1);
  const api = createApiServer({ clock, ids: createIds(random), random, log: silentLogger });
  const kube = api.client();
  const end = new AbortController();
  const done = expireEvents({ kube, clock, retentionMilliseconds: 60 * minute }, end.signal);
  const say = (name: string): Promise<Event> =>
    kube.create(eventType, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "default" },
      involvedObject: { kind: "Pod", namespace: "default", name: "p" },
      reason: "Nominated",
      type: "Normal",
      lastTimestamp: new Date(clock.now()).toISOString(),
    });
  const names = async (): Promise<readonly (string | undefined)[]> =>
    (await kube.list(eventType)).items.map(({ metadata }) => metadata.name);
  await say("early");
  await clock.advance(40 * minute);
  await say("late");
  await clock.advance(15 * minute);
  expect(await names()).toEqual(["early", "late"]);
  await clock.advance(20 * minute);
  expect(await names()).toEqual(["late"]);
  await clock.advance(60 * minute);
  expect(await names()).toEqual([]);
  end.abort(new Error("the test is over"));
  await clock.advance(minute);
  await done;
  await api.close();
});
