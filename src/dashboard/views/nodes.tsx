import { useMemo, useState } from "preact/hooks";
import type { FleetNode, FleetState } from "../../server/contract/index.ts";
import { count } from "../parts/format.ts";
import { NodeBoxes, type GroupBy } from "../parts/node-boxes.tsx";
import { NodeTable, type Order } from "../parts/node-table.tsx";

type Form = "boxes" | "table";

export function Nodes({ fleet }: { readonly fleet: FleetState }) {
  const [groupBy, group] = useState<GroupBy>("pool");
  const [order, sort] = useState<Order>("name");
  const [form, shape] = useState<Form>("boxes");
  const [filter, change] = useState("");
  const shown = useMemo(
    () => fleet.nodes.filter((node) => matches(node, filter.trim().toLowerCase())),
    [fleet.nodes, filter],
  );
  return (
    <section aria-labelledby="nodes-heading">
      <h2 id="nodes-heading">Nodes</h2>
      <div class="controls">
        <label>
          Filter{" "}
          <input
            type="search"
            value={filter}
            placeholder="name, pool, type, zone, state"
            onInput={(event) => change(event.currentTarget.value)}
          />
        </label>
        <label>
          As{" "}
          <select value={form} onChange={(event) => shape(event.currentTarget.value as Form)}>
            <option value="boxes">boxes</option>
            <option value="table">table</option>
          </select>
        </label>
        {form === "boxes" ? (
          <Choice label="Group by" value={groupBy} choose={group} of={["pool", "zone", "type"]} />
        ) : (
          <Choice label="Sort by" value={order} choose={sort} of={["name", "price", "CPU", "memory", "pods", "age"]} />
        )}
        <span class="quiet" role="status">
          {count(shown.length, "node")}
        </span>
      </div>
      {shown.length === 0 && (
        <p class="nothing">{fleet.nodes.length === 0 ? "None: no pod needs one." : "None matches."}</p>
      )}
      {shown.length > 0 &&
        (form === "boxes" ? <NodeBoxes nodes={shown} by={groupBy} /> : <NodeTable nodes={shown} by={order} />)}
    </section>
  );
}

function Choice<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choose: (value: T) => void;
  readonly of: readonly T[];
}) {
  const { label, value, choose, of } = props;
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => choose(event.currentTarget.value as T)}>
        {of.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

const matches = ({ name, pool, type, zone, capacityType, state, conditions }: FleetNode, wanted: string): boolean =>
  wanted === "" ||
  [name, pool, type, zone, capacityType, state, ...conditions].some((text) => text.toLowerCase().includes(wanted));
