import { Session } from "node:inspector/promises";
import type { Clock } from "../platform/index.ts";
import type { HttpAnswer, HttpRoute } from "../server/index.ts";

const longestSeconds = 300;
const json = (body: unknown): HttpAnswer => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify(body),
});

/**
 * `/debug/pprof/profile?seconds=N` (30 by default): what the processor did, as a `.cpuprofile`; `/debug/pprof/heap`: what is
 * held, sampled by place of allocation, as a `.heapprofile`. Both open in the developer tools of browsers. Nothing else of
 * pprof is there (spec: operations 3.5).
 */
export function createProfileRoute(clock: Clock): HttpRoute {
  return async (path, query = new URLSearchParams()) => {
    if (path === "/debug/pprof/heap") return json(await heapProfile());
    if (path !== "/debug/pprof/profile") return undefined;
    const seconds = Number(query.get("seconds") ?? 30);
    if (!(seconds > 0 && seconds <= longestSeconds)) {
      const body = `seconds is "${query.get("seconds")}", expected a number above 0 and up to ${longestSeconds}\n`;
      return { status: 400, contentType: "text/plain", body };
    }
    return json(await cpuProfile(clock, seconds));
  };
}

async function cpuProfile(clock: Clock, seconds: number): Promise<unknown> {
  return inSession(async (session) => {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await clock.sleep(seconds * 1_000);
    const { profile } = await session.post("Profiler.stop");
    return profile;
  });
}

/** A sample of what lives now: collected first, so that only what is held is told of. */
async function heapProfile(): Promise<unknown> {
  return inSession(async (session) => {
    await session.post("HeapProfiler.enable");
    await session.post("HeapProfiler.collectGarbage");
    await session.post("HeapProfiler.startSampling", { samplingInterval: 32_768 });
    const { profile } = await session.post("HeapProfiler.stopSampling");
    return profile;
  });
}

async function inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    return await work(session);
  } finally {
    session.disconnect();
  }
}
