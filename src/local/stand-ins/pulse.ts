/**
 * Whether kubelets are at work, by word of mouth: where kubelets and the controllers that watch over them live in one
 * process, nothing need be written for as long as nothing changes. Elsewhere leases tell.
 */
export interface Pulse {
  /** `now` for a kubelet that is at work, else the epoch milliseconds at which it stopped; undefined where nobody tells. */
  lastHeard(nodeName: string): number | "now" | undefined;
  /** Calls back with the name of a node whose kubelet began or stopped. */
  subscribe(listener: (nodeName: string) => void): void;
}

/** The kubelets' side. */
export interface PulseBoard extends Pulse {
  tellBy(lastHeard: Pulse["lastHeard"]): void;
  changed(nodeName: string): void;
}

export function createPulseBoard(): PulseBoard {
  const listeners: ((nodeName: string) => void)[] = [];
  let source: Pulse["lastHeard"] = () => undefined;
  return {
    lastHeard: (nodeName) => source(nodeName),
    subscribe: (listener) => void listeners.push(listener),
    tellBy: (lastHeard) => {
      source = lastHeard;
    },
    changed: (nodeName) => {
      for (const listener of listeners) listener(nodeName);
    },
  };
}
