export * from "./ec2-shape.ts";
export * from "./facts.ts";
export * from "./machine-row.ts";
export * from "./tables.ts";
