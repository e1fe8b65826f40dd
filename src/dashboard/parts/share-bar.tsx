import type { Share } from "../../server/contract/index.ts";
import { percent } from "./format.ts";

/** A bar with its figure beside it; nothing is told by colour alone. */
export function ShareBar({
  label,
  share,
  unit,
}: {
  readonly label: string;
  readonly share: Share;
  readonly unit: string;
}) {
  const { used, of } = share;
  const told = percent(used, of);
  return (
    <span class="share" title={`${used} of ${of} ${unit}`}>
      <meter min={0} max={of > 0 ? of : 1} value={Math.min(used, of)} aria-label={`${label}: ${told} asked for`} />
      <span class="figure">{told}</span>
    </span>
  );
}
