export { perHour, perMonth } from "../../studies/index.ts";
