import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, it } from "vitest";

const mostKib = 150;

/** One script for a page, as the dashboard's worker loads it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      lib: { entry: "src/studies/index.ts", formats: ["iife"], name: "studies", fileName: "studies" },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (first === undefined || !("output" in first)) throw new Error("nothing was built");
  const [chunk] = first.output;
  return chunk.code;
}

it("is a bundle of less than 150 KiB compressed that answers where there is neither Node nor a page", async () => {
  const code = await bundle();
  expect(gzipSync(code).length / 1024).toBeLessThan(mostKib);
  const context = createContext({});
  runInContext(code, context);
  const trace = "time,action,workload,cpu,memory,gpu,count\n0,add,web,1,1Gi,,2\n60,scale,web,,,,0";
  const answer: unknown = runInContext(
    `(() => {
      const { clusterOfObjects, readTrace, replay, simulate } = studies;
      const { state } = clusterOfObjects([{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" },
        spec: { replicas: 2, template: { spec: { containers: [{ name: "web" }] } } } }], []);
      const trace = readTrace(${JSON.stringify(trace)});
      return JSON.stringify([state.unboundPods.size, replay(trace.value, { name: "x", state }).neverRan]);
    })()`,
    context,
  );
  expect(answer).toBe("[2,4]");
});
