export * from "./machines.ts";
