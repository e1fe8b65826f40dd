import { poolKeyOf, type FleetPool, type FleetState } from "../../server/contract/index.ts";
import { percent, perHour, perMonth } from "../parts/format.ts";

export function Pools({ fleet }: { readonly fleet: FleetState }) {
  return (
    <section aria-labelledby="pools-heading">
      <h2 id="pools-heading">Pools</h2>
      {fleet.pools.length === 0 && <p class="nothing">None: without a NodePool or Provisioner nothing is launched.</p>}
      <div class="cards">
        {fleet.pools.map((pool) => (
          <Pool key={poolKeyOf(pool)} pool={pool} />
        ))}
      </div>
    </section>
  );
}

function Pool({ pool }: { readonly pool: FleetPool }) {
  const { name, kind, weight, nodes, pricePerHour, replicas, limits, consolidation, budgets, exhausted } = pool;
  return (
    <article class="card" aria-label={`${kind} ${name}`}>
      <h3>
        {name} <small class="quiet">{kind}</small>
      </h3>
      {exhausted.map((text) => (
        <p key={text} class="warning">
          {text}
        </p>
      ))}
      <dl class="pairs">
        <dt>Nodes</dt>
        <dd>
          {nodes.toLocaleString("en")}
          {replicas !== undefined && ` of ${replicas} wanted`}
        </dd>
        <dt>Cost</dt>
        <dd>
          {perHour(pricePerHour)}, {perMonth(pricePerHour)}
        </dd>
        <dt>Weight</dt>
        <dd>{weight}</dd>
        <dt>Consolidation</dt>
        <dd>{consolidation}</dd>
        <dt>Budgets</dt>
        <dd>{budgets.length === 0 ? "10% (none given)" : budgets.join("; ")}</dd>
      </dl>
      {limits.map(({ resource, used, of }) => (
        <p key={resource} class="limit">
          <span>{resource}</span>
          <meter min={0} max={of > 0 ? of : 1} value={Math.min(used, of)} aria-label={`${resource} limit of ${name}`} />
          <span class="figure">
            {used} of {of} ({percent(used, of)})
          </span>
        </p>
      ))}
      {limits.length === 0 && <p class="quiet">No limits.</p>}
      <p>
        <a href={`#/what-if/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`}>What if it were different?</a>
      </p>
    </article>
  );
}
