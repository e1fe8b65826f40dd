import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createLogger,
  createManualClock,
  createRecordingLogger,
  type LoggerOptions,
  openLogDestination,
} from "./index.ts";

function rig(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const clock = createManualClock();
  const log = createLogger({ clock, destination: { write: (line) => void lines.push(line) }, ...options });
  return { clock, log, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the logger", () => {
  it("writes one JSON object a line with the base keys", () => {
    const { log, parsed } = rig({ fields: { logger: "controller", commit: "abc1234" } });
    log.info("created nodeclaim", { NodeClaim: { name: "a" } });
    expect(parsed()).toEqual([
      {
        level: "INFO",
        time: "2026-01-01T00:00:00.000Z",
        logger: "controller",
        commit: "abc1234",
        message: "created nodeclaim",
        NodeClaim: { name: "a" },
      },
    ]);
  });

  it.each([
    ["debug", ["DEBUG", "INFO", "WARN", "ERROR"]],
    ["info", ["INFO", "WARN", "ERROR"]],
    ["error", ["ERROR"]],
    ["silent", []],
  ] as const)("at %s writes %j", (level, expected) => {
    const { log, parsed } = rig({ level });
    log.debug("one");
    log.info("two");
    log.warn("three");
    log.error("four");
    expect(parsed().map((line) => line["level"])).toEqual(expected);
  });

  it("adds a child's fields to each of its lines and not to its parent's", () => {
    const { log, parsed } = rig();
    log.with({ controller: "disruption" }).info("one");
    log.info("two");
    expect(parsed().map((line) => line["controller"])).toEqual(["disruption", undefined]);
  });

  it("prints an error as its message and causes, with its fields lifted and no stack", () => {
    const { log, parsed } = rig();
    const error = Object.assign(new Error("cannot launch", { cause: new Error("no capacity") }), {
      logFields: { "instance-type": "m5.large" },
    });
    log.error("launch failed", { error });
    expect(parsed()[0]).toMatchObject({ error: "cannot launch: no capacity", "instance-type": "m5.large" });
    expect(JSON.stringify(parsed()[0])).not.toContain("logger.test.ts");
  });

  it("says once what a message repeats of its cause", () => {
    const { log, parsed } = rig();
    const refused = new Error("connect ECONNREFUSED 10.0.0.1:443");
    const failed = new Error("fetch failed", { cause: refused });
    log.error("reconciler error", {
      error: new Error(`cannot reach the server: ${refused.message}`, { cause: failed }),
    });
    expect(parsed()[0]?.["error"]).toBe("cannot reach the server: connect ECONNREFUSED 10.0.0.1:443: fetch failed");
  });

  it("names the caller at debug level only", () => {
    const debug = rig({ level: "debug" });
    debug.log.info("here");
    expect(debug.parsed()[0]?.["caller"]).toMatch(/^logger\.test\.ts:\d+$/);
    const info = rig();
    info.log.info("here");
    expect(info.parsed()[0]).not.toHaveProperty("caller");
  });

  it("[ops 9.2.11] hides secrets by field name", () => {
    const { log, parsed } = rig();
    log.info("asked", { token: "abc", request: { authorization: "Bearer abc" }, userData: "#!/bin/sh" });
    expect(JSON.stringify(parsed())).not.toMatch(/abc|bin.sh/);
  });

  it("writes the first hundred equal messages of a second, then each hundredth", async () => {
    const { log, parsed, clock } = rig();
    for (let index = 0; index < 350; index += 1) log.info("hot");
    log.info("cold");
    expect(parsed()).toHaveLength(103);
    await clock.advance(1000);
    log.info("hot");
    expect(parsed()).toHaveLength(104);
  });

  it("writes to every path it is given", () => {
    const folder = mkdtempSync(join(tmpdir(), "log-"));
    const paths = [join(folder, "one.log"), join(folder, "two.log")];
    const destination = openLogDestination(paths);
    createLogger({ clock: createManualClock(), destination }).info("hello");
    destination.close?.();
    const texts = paths.map((path) => readFileSync(path, "utf8"));
    rmSync(folder, { recursive: true });
    expect(texts[0]).toMatch(/"message":"hello"\}\n$/);
    expect(texts[1]).toBe(texts[0]);
  });
});

describe("the recording logger", () => {
  it("keeps lines as values, children's with their fields", () => {
    const log = createRecordingLogger();
    log.with({ node: "a" }).warn("gone", { reason: "expired" });
    expect(log.lines).toEqual([{ level: "warn", message: "gone", fields: { node: "a", reason: "expired" } }]);
  });
});
