export { hoursPerMonth, perHour, perMonth } from "../../studies/index.ts";
