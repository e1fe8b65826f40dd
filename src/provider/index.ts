export * from "./cloud-provider.ts";
export { type MeasureOptions, measureCloudProvider } from "./decorators/measured.ts";
