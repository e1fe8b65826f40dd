import { useEffect, useState } from "preact/hooks";

/** The part of the address after `#/`, by its slashes. */
export function useRoute(): readonly string[] {
  const [hash, change] = useState(location.hash);
  useEffect(() => {
    const heard = (): void => change(location.hash);
    addEventListener("hashchange", heard);
    // It may have changed before anybody listened.
    heard();
    return () => removeEventListener("hashchange", heard);
  }, []);
  return hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
}

/** Address of a pod, `namespace/name`, or a node in the page. */
export const explainLink = (kind: "pod" | "node", name: string): string =>
  `#/explain/${kind}/${name.split("/").map(encodeURIComponent).join("/")}`;
