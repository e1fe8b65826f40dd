export { createExpiration, type ExpirationDeps } from "./expiration.ts";
