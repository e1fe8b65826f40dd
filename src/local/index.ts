export * from "./machines.ts";
export { createApiServer, type ApiServer, type ApiServerOptions } from "./apiserver/server.ts";
export type { ClientOptions, InProcessClient } from "./apiserver/in-process-client.ts";
