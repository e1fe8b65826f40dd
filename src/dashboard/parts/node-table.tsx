import { useMemo } from "preact/hooks";
import type { FleetNode } from "../../server/contract/index.ts";
import { perHour } from "./format.ts";
import { ShareBar } from "./share-bar.tsx";
import { explainLink } from "./use-route.ts";
import { VirtualRows } from "./virtual-rows.tsx";

export type Order = "name" | "price" | "CPU" | "memory" | "pods" | "age";

const columns = [
  "Node",
  "Pool",
  "Type",
  "Capacity",
  "Zone",
  "Price",
  "State",
  "Pods",
  "CPU asked for",
  "Memory asked for",
];

const rowHeight = 36;

/** A row a node. The dearest, the emptiest and the oldest come first, since those are looked for; equal ones by name. */
export function NodeTable({ nodes, by }: { readonly nodes: readonly FleetNode[]; readonly by: Order }) {
  const sorted = useMemo(() => {
    const rank = ranks[by];
    return rank === undefined ? nodes : nodes.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  }, [nodes, by]);
  return (
    <VirtualRows
      items={sorted}
      height={rowHeight}
      columns={columns}
      label={`Nodes in order of ${by}`}
      row={(node, place) => (
        <div key={node.name} role="row" aria-rowindex={place + 2} class="row" style={{ height: `${rowHeight}px` }}>
          <span role="cell">
            <a href={explainLink("node", node.name)} title={node.name}>
              {node.name}
            </a>
          </span>
          <span role="cell">{node.pool}</span>
          <span role="cell">{node.type}</span>
          <span role="cell">{node.capacityType}</span>
          <span role="cell">{node.zone}</span>
          <span role="cell" class="figure">
            {node.pricePerHour === undefined ? "" : perHour(node.pricePerHour)}
          </span>
          <span role="cell" class={`state ${node.state}`} title={[node.state, ...node.conditions].join(", ")}>
            {[node.state, ...node.conditions].join(", ")}
          </span>
          <span role="cell" class="figure">
            {node.pods}
          </span>
          <span role="cell">
            <ShareBar label="CPU" share={node.cpu} unit="cores" />
          </span>
          <span role="cell">
            <ShareBar label="memory" share={node.memoryGib} unit="GiB" />
          </span>
        </div>
      )}
    />
  );
}

const shareOf = ({ used, of }: FleetNode["cpu"]): number => (of > 0 ? used / of : 0);

const ranks: Readonly<Record<Order, ((node: FleetNode) => number) | undefined>> = {
  name: undefined,
  price: ({ pricePerHour = 0 }) => -pricePerHour,
  CPU: ({ cpu }) => shareOf(cpu),
  memory: ({ memoryGib }) => shareOf(memoryGib),
  pods: ({ pods }) => pods,
  age: ({ created }) => (created === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(created)),
};
