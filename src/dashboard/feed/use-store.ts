import { useEffect, useState } from "preact/hooks";
import type { Shown, Store } from "./store.ts";

/** What the store holds; the component is drawn again with each change. */
export function useStore(store: Store): Shown {
  const [shown, show] = useState(store.get());
  useEffect(() => {
    show(store.get());
    return store.subscribe(() => show(store.get()));
  }, [store]);
  return shown;
}
