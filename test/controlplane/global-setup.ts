import type { TestProject } from "vitest/node";
import { type Binaries, prepareBinaries } from "./build.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly binaries: Binaries;
  }
}

/** Builds once before any file runs; a missing part fails the suite with how to get it. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide("binaries", await prepareBinaries({ report: (line) => console.error(`controlplane: ${line}`) }));
}
