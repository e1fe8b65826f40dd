/** Resources that pods ask for (scheduling 2.1). */
import type { Container, ContainerStatus, Pod, PodSpec, ResourceQuantities } from "../../api/index.ts";
import { addResources, maxResources, sumResources } from "../quantity/arithmetic.ts";
import { resourcesAssuming } from "../quantity/parse-resources.ts";
import { noResources, type Resources } from "../quantity/resources.ts";

type PodLike = Pick<Pod, "spec" | "status">;

/**
 * Requests of one pod, `pods: 1` included. Limits are not looked at: the API server has defaulted requests from them. A
 * quantity that is none counts as more than any machine has (validation has refused such a pod before).
 */
export function podRequests(pod: PodLike): Resources {
  const { containers, initContainers } = pod.spec;
  const [first] = containers;
  const alone = containers.length === 1 && first !== undefined ? containerRequests(pod, first, true) : undefined;
  const apps = alone ?? sumResources(containers.map((container) => containerRequests(pod, container, true)));
  const total = initContainers === undefined || initContainers.length === 0 ? apps : withInitContainers(pod, apps);
  const settled = overriddenByPod(pod.spec, total);
  const overhead = pod.spec.overhead === undefined ? settled : addResources(settled, requested(pod.spec.overhead));
  return { ...overhead, pods: 1 };
}

/** Sum over several pods; `pods` is their count. */
export function podsRequests(pods: Iterable<PodLike>): Resources {
  return sumResources(Array.from(pods, podRequests));
}

/** Init containers run one after the other beside the sidecars started before them; sidecars stay with the app. */
function withInitContainers(pod: PodLike, containers: Resources): Resources {
  let app = containers;
  let sidecars = noResources;
  let most = noResources;
  for (const container of pod.spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === "Always";
    const own = containerRequests(pod, container, isSidecar);
    if (isSidecar) {
      app = addResources(app, own);
      sidecars = addResources(sidecars, own);
      most = maxResources(most, sidecars);
    } else most = maxResources(most, addResources(own, sidecars));
  }
  return maxResources(app, most);
}

/** Pod-level requests replace the sums of cpu, memory and huge pages. */
function overriddenByPod(spec: PodSpec, total: Resources): Resources {
  const podLevel = spec.resources?.requests;
  if (podLevel === undefined) return total;
  const amounts = requested(podLevel);
  const settled: Record<string, number> = { ...total };
  for (const name of Object.keys(amounts)) {
    if (name === "cpu" || name === "memory" || name.startsWith("hugepages-")) settled[name] = amounts[name] ?? 0;
  }
  return settled;
}

/** `resizable`: an app container or sidecar, whose status may say more than its spec during an in-place resize. */
function containerRequests(pod: PodLike, container: Container, resizable: boolean): Resources {
  const spec = requested(container.resources?.requests);
  if (!resizable || pod.status === undefined) return spec;
  const status = statusOf(pod, container.name);
  if (status?.resources === undefined) return spec;
  const actual = maxResources(requested(status.allocatedResources), requested(status.resources.requests));
  return isResizeInfeasible(pod) ? actual : maxResources(spec, actual);
}

function statusOf(pod: PodLike, name: string): ContainerStatus | undefined {
  const byName = (status: ContainerStatus) => status.name === name;
  return pod.status?.containerStatuses?.find(byName) ?? pod.status?.initContainerStatuses?.find(byName);
}

function isResizeInfeasible(pod: PodLike): boolean {
  const pending = pod.status?.conditions?.find((condition) => condition.type === "PodResizePending");
  return pending?.reason === "Infeasible";
}

function requested(quantities: ResourceQuantities | undefined): Resources {
  return resourcesAssuming(quantities, Number.MAX_SAFE_INTEGER);
}
