import type { BenchCase } from "./case.ts";
import { consolidateCases } from "./consolidate.ts";
import { incrementalCases } from "./incremental.ts";
import { lintCases } from "./lint.ts";
import { schedulingCases } from "./scheduling.ts";

export const benchCases: readonly BenchCase[] = [
  ...schedulingCases,
  ...incrementalCases,
  ...consolidateCases,
  ...lintCases,
];
