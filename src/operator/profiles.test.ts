import { expect, test } from "vitest";
import { createSystemClock } from "../platform/index.ts";
import { createProfileRoute } from "./profiles.ts";

const route = createProfileRoute(createSystemClock());
const ask = (path: string, query = "") => route(path, new URLSearchParams(query));

test("the processor's profile is one that developer tools open", async () => {
  const answer = await ask("/debug/pprof/profile", "seconds=0.05");
  const profile = JSON.parse(answer?.body ?? "") as { readonly nodes: readonly unknown[]; readonly endTime: number };
  expect([answer?.status, profile.nodes.length > 0, profile.endTime > 0]).toEqual([200, true, true]);
});

test("the heap's profile has the places that allocated", async () => {
  const answer = await ask("/debug/pprof/heap");
  expect(JSON.parse(answer?.body ?? "")).toHaveProperty("head");
});

test.each(["0", "-1", "301", "x"])("%s seconds are refused with what is expected", async (seconds) => {
  const answer = await ask("/debug/pprof/profile", `seconds=${seconds}`);
  expect([answer?.status, answer?.body]).toEqual([
    400,
    `seconds is "${seconds}", expected a number above 0 and up to 300\n`,
  ]);
});

test.each(["/debug/pprof/goroutine", "/debug/pprof/", "/metrics"])("nothing at %s", async (path) => {
  expect(await ask(path)).toBeUndefined();
});
