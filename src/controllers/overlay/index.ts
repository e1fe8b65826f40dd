export * from "./overlay.ts";
export * from "./overlay-store.ts";
