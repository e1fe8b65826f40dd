/** Host ports: no two pods of one node take the same port of the same address (kube-scheduler, NodePorts). */
import type { Pod } from "../../src/api/index.ts";

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  /** Empty: all addresses. */
  readonly address: string;
}

/** `stay`: pods that stand there already, whatever they owe each other. */
export function verifyPorts(pods: readonly Pod[], place: string, stay: readonly Pod[] = []): readonly string[] {
  const taken = stay.flatMap(hostPortsOf);
  const faults: string[] = [];
  for (const pod of pods) {
    const own = hostPortsOf(pod);
    const clash = own.find((port) => taken.some((other) => isSame(port, other)));
    if (clash !== undefined) faults.push(`${pod.metadata.name}: host port ${clash.port} is taken twice on ${place}`);
    taken.push(...own);
  }
  return faults;
}

const everyAddress: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

const hostPortsOf = ({ spec }: Pod): readonly HostPort[] =>
  spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort = 0, protocol = "TCP", hostIP = "" }) =>
      hostPort === 0 ? [] : [{ port: hostPort, protocol, address: everyAddress.has(hostIP) ? "" : hostIP }],
    ),
  );

const isSame = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.address === "" || b.address === "" || a.address === b.address);
