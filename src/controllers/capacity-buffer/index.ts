export * from "./buffer-pods.ts";
export * from "./capacity-buffer.ts";
