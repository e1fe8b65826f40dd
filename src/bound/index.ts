export { coverBound } from "./cover-bound.ts";
export { lowerBound } from "./lower-bound.ts";
