export { createNodeRepair, type NodeRepairDeps } from "./repair.ts";
