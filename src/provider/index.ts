export * from "./cloud-provider.ts";
export { type MeasureOptions, measureCloudProvider } from "./decorators/measured.ts";
export * from "./interruptions.ts";
