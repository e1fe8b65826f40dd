import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows more than fit above and below, so that fast scrolling meets no gaps. */
const margin = 10;

/**
 * A long table of rows of one height of which only those in sight are drawn. `height` is in CSS pixels. Keys move through it
 * as through any scrolling region.
 */
export function VirtualRows<T>(props: {
  readonly items: readonly T[];
  readonly height: number;
  readonly columns: readonly string[];
  readonly label: string;
  /** An element of the role `row`; `place` counts from 0 over all items. */
  readonly row: (item: T, place: number) => ComponentChildren;
}) {
  const { items, height, columns, label, row } = props;
  const place = useRef<HTMLDivElement>(null);
  const [window, move] = useState({ first: 0, rows: 40 });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const look = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / height) - margin);
      const rows = Math.ceil(element.clientHeight / height) + 2 * margin;
      move((old) => (old.first === first && old.rows === rows ? old : { first, rows }));
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [height]);
  // Fewer items than before may leave the window beyond their end.
  const first = Math.max(0, Math.min(window.first, items.length - window.rows));
  return (
    <div ref={place} class="virtual" role="region" aria-label={label} tabIndex={0}>
      <div role="table" aria-label={label} aria-rowcount={items.length + 1}>
        <div role="row" aria-rowindex={1} class="row-head">
          {columns.map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" class="all-rows" style={{ height: `${items.length * height}px` }}>
          <div role="presentation" style={{ transform: `translateY(${first * height}px)` }}>
            {items.slice(first, first + window.rows).map((item, index) => row(item, first + index))}
          </div>
        </div>
      </div>
    </div>
  );
}
