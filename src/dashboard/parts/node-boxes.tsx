import { useMemo } from "preact/hooks";
import type { FleetNode } from "../../server/contract/index.ts";
import { count, percent, perHour } from "./format.ts";
import { explainLink } from "./use-route.ts";

export type GroupBy = "pool" | "zone" | "type";

/** As many nodes have room for their names. */
const mostNamed = 60;

/** Nodes as boxes that fill with what their pods ask for. A group is one stop of the Tab key; arrows move within it. */
export function NodeBoxes({ nodes, by }: { readonly nodes: readonly FleetNode[]; readonly by: GroupBy }) {
  const groups = useMemo(
    () => [...Map.groupBy(nodes, (node) => node[by])].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [nodes, by],
  );
  const isRoomy = nodes.length <= mostNamed;
  return (
    <>
      <p class="key">
        <span>
          <i class="cpu" />
          CPU asked for
        </span>
        <span>
          <i class="memory" />
          memory asked for
        </span>
        <span>
          <i class="joining" />
          not ready yet
        </span>
        <span>
          <i class="leaving" />
          leaving
        </span>
      </p>
      {groups.map(([name, own]) => (
        <section key={name} class="group" aria-label={`${by} ${name === "" ? "none" : name}`}>
          <h3>
            {name === "" ? `no ${by}` : name}{" "}
            <span class="quiet">
              {count(own.length, "node")}, {perHour(own.reduce((sum, { pricePerHour = 0 }) => sum + pricePerHour, 0))}
            </span>
          </h3>
          <ul class={isRoomy ? "boxes roomy" : "boxes"} onKeyDown={moveFocus}>
            {own.map((node, index) => (
              <Box key={node.name} node={node} isFirst={index === 0} isRoomy={isRoomy} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** One element a node, so that thousands are drawn at once; drawn again only when its node changed. */
function Box(props: { readonly node: FleetNode; readonly isFirst: boolean; readonly isRoomy: boolean }) {
  const { node, isFirst, isRoomy } = props;
  return useMemo(() => {
    const { name, type, zone, capacityType, state, conditions, pods, cpu, memoryGib, pricePerHour } = node;
    const price = pricePerHour === undefined ? "" : `, ${perHour(pricePerHour)}`;
    // Begins with what is to be seen, so that who speaks to the page is understood.
    const seen = `${type} ${zone}, ${count(pods, "pod")}`;
    const told = `${name} ${seen}: ${capacityType}${price}, ${state}${conditions.length === 0 ? "" : ` (${conditions.join(", ")})`}, CPU ${percent(cpu.used, cpu.of)}, memory ${percent(memoryGib.used, memoryGib.of)}`;
    const fill = (used: number, of: number): string => `${of > 0 ? Math.min(100, (used / of) * 100) : 0}%`;
    return (
      <li>
        <a
          href={explainLink("node", name)}
          class={`box ${state}`}
          title={told}
          aria-label={told}
          tabIndex={isFirst ? 0 : -1}
          style={{ "--cpu": fill(cpu.used, cpu.of), "--memory-share": fill(memoryGib.used, memoryGib.of) }}
        >
          {isRoomy && <span>{name} </span>}
          {isRoomy && <span class="quiet">{seen}</span>}
        </a>
      </li>
    );
  }, [node, isFirst, isRoomy]);
}

type Step = (item: Element | null, list: Element) => Element | null | undefined;

const steps: Readonly<Record<string, Step>> = {
  ArrowRight: (item) => item?.nextElementSibling,
  ArrowDown: (item) => item?.nextElementSibling,
  ArrowLeft: (item) => item?.previousElementSibling,
  ArrowUp: (item) => item?.previousElementSibling,
  Home: (_, list) => list.firstElementChild,
  End: (_, list) => list.lastElementChild,
};

function moveFocus(event: KeyboardEvent): void {
  const list = event.currentTarget;
  const step = steps[event.key];
  if (step === undefined || !(list instanceof Element) || !(event.target instanceof Element)) return;
  const next = step(event.target.closest("li"), list)?.querySelector("a");
  if (next === null || next === undefined) return;
  event.preventDefault();
  next.focus();
}
