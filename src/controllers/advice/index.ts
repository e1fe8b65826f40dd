export { createPoolAdvice, type PoolAdviceDeps } from "./pool-advice.ts";
