import { capacityTypes } from "../../api/index.ts";
import type { Pool } from "../facts/pools.ts";
import type { CapacityWhatIf } from "../model/what-if.ts";

/** What becomes of the pods on a day without spot machines for the pool. */
export const spotRunsOut = ({ era, name, title }: Pool): CapacityWhatIf => ({
  kind: "capacity",
  pool: { kind: era === "v1" ? "NodePool" : "Provisioner", name },
  capacityType: capacityTypes.spot,
  subject: `all spot of ${title}`,
});
