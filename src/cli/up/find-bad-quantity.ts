import { parseQuantity } from "../../core/index.ts";

export interface BadQuantity {
  readonly path: readonly (string | number)[];
  /** As it is written. */
  readonly text: string;
}

/** Maps of resource names to quantities, wherever they stand in an object. */
const quantityMaps = new Set(["requests", "limits", "overhead", "hard", "capacity"]);

/** The first quantity of an object that is none. An API server says that there is one, but neither which nor where. */
export function findBadQuantity(value: unknown, path: readonly (string | number)[] = []): BadQuantity | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [key, member] of entries) {
    const inside = [...path, key];
    const found =
      (quantityMaps.has(String(key)) ? badMember(member, inside) : undefined) ?? findBadQuantity(member, inside);
    if (found !== undefined) return found;
  }
  return undefined;
}

function badMember(map: unknown, path: readonly (string | number)[]): BadQuantity | undefined {
  if (typeof map !== "object" || map === null || Array.isArray(map)) return undefined;
  for (const [name, quantity] of Object.entries(map)) {
    const isText = typeof quantity === "string" || typeof quantity === "number";
    if (!isText || !parseQuantity(quantity).ok)
      return { path: [...path, name], text: isText ? String(quantity) : JSON.stringify(quantity) };
  }
  return undefined;
}
