import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows more than fit above and below, so that fast scrolling meets no gaps. */
const margin = 10;

/**
 * A long list of rows of one height of which only those in sight are drawn. `height` is in CSS pixels. Keys move through it
 * as through any scrolling region.
 */
export function VirtualRows<T>(props: {
  readonly items: readonly T[];
  readonly height: number;
  readonly label: string;
  readonly row: (item: T, index: number) => ComponentChildren;
}) {
  const { items, height, label, row } = props;
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
  const shown = items.slice(window.first, window.first + window.rows);
  return (
    <div ref={place} class="virtual" role="region" aria-label={label} tabIndex={0}>
      <div style={{ height: `${items.length * height}px`, position: "relative" }}>
        <div style={{ transform: `translateY(${window.first * height}px)` }}>
          {shown.map((item, index) => row(item, window.first + index))}
        </div>
      </div>
    </div>
  );
}
