/** Host ports (scheduling 2.7). Init containers have none that matter. */
import type { ContainerPort, Pod } from "../../api/index.ts";

export interface HostPort {
  /** `0.0.0.0` when unspecified. */
  readonly ip: string;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}

const noPorts: readonly HostPort[] = [];

/** Ports that the pod wants of its node, in order of container. */
export function hostPortsOf(pod: Pick<Pod, "spec">): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  for (const container of pod.spec.containers) {
    for (const port of container.ports ?? []) {
      if (port.hostPort === undefined || port.hostPort === 0) continue;
      ports ??= [];
      ports.push(hostPort(port, port.hostPort));
    }
  }
  return ports ?? noPorts;
}

/** The first pair that cannot be on one node, if any. Ports of one and the same pod are for the caller to leave out. */
export function conflictingPorts(
  taken: readonly HostPort[],
  wanted: readonly HostPort[],
): readonly [HostPort, HostPort] | undefined {
  for (const port of wanted) {
    const other = taken.find((candidate) => hostPortsConflict(candidate, port));
    if (other !== undefined) return [other, port];
  }
  return undefined;
}

export function hostPortsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || isUnspecified(a.ip) || isUnspecified(b.ip);
}

/** `0.0.0.0:8080/TCP`. */
export function hostPortText(port: HostPort): string {
  return `${port.ip}:${port.port}/${port.protocol}`;
}

function hostPort(port: ContainerPort, number: number): HostPort {
  const ip = port.hostIP === undefined || port.hostIP === "" ? "0.0.0.0" : port.hostIP;
  return { ip, port: number, protocol: port.protocol ?? "TCP" };
}

const isUnspecified = (ip: string): boolean => ip === "0.0.0.0" || ip === "::";
