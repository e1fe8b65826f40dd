import type { TestProject } from "vitest/node";
import { prepareTools, type Tools } from "./tools.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly chartTools: Tools;
  }
}

/** Gets helm and promtool before any file runs; a missing one fails the suite with how to get it. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide("chartTools", await prepareTools((line) => console.error(`charts: ${line}`)));
}
