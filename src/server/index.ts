export * from "./contract/index.ts";
export * from "./http-server.ts";
export * from "./status-page.ts";
