export * from "./cloud-provider.ts";
