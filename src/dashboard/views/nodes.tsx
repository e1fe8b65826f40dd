import { useMemo, useState } from "preact/hooks";
import type { FleetNode, FleetState } from "../../server/contract/index.ts";
import { count, percent, perHour } from "../parts/format.ts";
import { ShareBar } from "../parts/share-bar.tsx";
import { explainLink } from "../parts/use-route.ts";
import { VirtualRows } from "../parts/virtual-rows.tsx";

type GroupBy = "pool" | "zone" | "type";
type Form = "boxes" | "table";

export function Nodes({ fleet }: { readonly fleet: FleetState }) {
  const [groupBy, group] = useState<GroupBy>("pool");
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
          Filter <input type="search" value={filter} onInput={(event) => change(event.currentTarget.value)} />
        </label>
        <label>
          Group by{" "}
          <select value={groupBy} onChange={(event) => group(event.currentTarget.value as GroupBy)}>
            <option value="pool">pool</option>
            <option value="zone">zone</option>
            <option value="type">type</option>
          </select>
        </label>
        <label>
          As{" "}
          <select value={form} onChange={(event) => shape(event.currentTarget.value as Form)}>
            <option value="boxes">boxes</option>
            <option value="table">table</option>
          </select>
        </label>
        <span class="quiet" role="status">
          {count(shown.length, "node")}
        </span>
      </div>
      {shown.length === 0 && (
        <p class="quiet">{fleet.nodes.length === 0 ? "None: no pod needs one." : "None matches."}</p>
      )}
      {form === "boxes" && shown.length > 0 && (
        <p class="key">
          <span>
            <i class="cpu" />
            CPU asked for
          </span>
          <span>
            <i class="memory" />
            memory asked for
          </span>
          <span>dashed: not ready yet</span>
          <span>dotted: leaving</span>
        </p>
      )}
      {form === "boxes" ? <Groups nodes={shown} by={groupBy} /> : <Table nodes={shown} />}
    </section>
  );
}

const matches = ({ name, pool, type, zone, capacityType, state, conditions }: FleetNode, wanted: string): boolean =>
  wanted === "" ||
  [name, pool, type, zone, capacityType, state, ...conditions].some((text) => text.toLowerCase().includes(wanted));

function Groups({ nodes, by }: { readonly nodes: readonly FleetNode[]; readonly by: GroupBy }) {
  const groups = useMemo(
    () => [...Map.groupBy(nodes, (node) => node[by])].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [nodes, by],
  );
  return (
    <>
      {groups.map(([name, own]) => (
        <section key={name} class="group" aria-label={`${by} ${name === "" ? "none" : name}`}>
          <h3>
            {name === "" ? `no ${by}` : name}{" "}
            <span class="quiet">
              {count(own.length, "node")}, {perHour(own.reduce((sum, { pricePerHour = 0 }) => sum + pricePerHour, 0))}
            </span>
          </h3>
          <ul class="boxes">
            {own.map((node) => (
              <Box key={node.name} node={node} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** One element a node, so that thousands are drawn at once; drawn again only when its node changed. */
function Box({ node }: { readonly node: FleetNode }) {
  return useMemo(() => {
    const { name, type, zone, capacityType, state, conditions, pods, cpu, memoryGib, pricePerHour } = node;
    const price = pricePerHour === undefined ? "" : `, ${perHour(pricePerHour)}`;
    const told = `${name}: ${type} ${capacityType} in ${zone}${price}, ${state}${conditions.length === 0 ? "" : ` (${conditions.join(", ")})`}, ${count(pods, "pod")}, CPU ${percent(cpu.used, cpu.of)}, memory ${percent(memoryGib.used, memoryGib.of)}`;
    const fill = (used: number, of: number): string => `${of > 0 ? Math.min(100, (used / of) * 100) : 0}%`;
    return (
      <li>
        <a
          href={explainLink("node", name)}
          class={`box ${state}`}
          title={told}
          aria-label={told}
          style={{ "--cpu": fill(cpu.used, cpu.of), "--memory-share": fill(memoryGib.used, memoryGib.of) }}
        />
      </li>
    );
  }, [node]);
}

const rowHeight = 36;

function Table({ nodes }: { readonly nodes: readonly FleetNode[] }) {
  return (
    <VirtualRows
      items={nodes}
      height={rowHeight}
      label="Nodes in order of name"
      row={(node) => (
        <div key={node.name} class="row" style={{ height: `${rowHeight}px` }}>
          <a href={explainLink("node", node.name)}>{node.name}</a>
          <span>{node.pool}</span>
          <span>
            {node.type} {node.capacityType}
          </span>
          <span>{node.zone}</span>
          <span class="figure">{node.pricePerHour === undefined ? "" : perHour(node.pricePerHour)}</span>
          <span class={`state ${node.state}`}>{[node.state, ...node.conditions].join(", ")}</span>
          <span class="figure">{count(node.pods, "pod")}</span>
          <ShareBar label="CPU" share={node.cpu} unit="cores" />
          <ShareBar label="memory" share={node.memoryGib} unit="GiB" />
        </div>
      )}
    />
  );
}
