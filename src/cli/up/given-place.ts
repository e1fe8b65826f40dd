import {
  customResourceDefinitions,
  customResourceDefinitionType,
  type KubeObject,
  type ResourceType,
  resourceType,
} from "../../api/index.ts";
import { createOrRead, type HttpKubeClient, isKubeFault } from "../../kube/index.ts";
import { createSimulatedAccount, isFakeNode, startStandIns } from "../../local/index.ts";
import type { Clock, Lifecycle } from "../../platform/index.ts";
import { defaultOptions } from "../../operator/index.ts";
import { CliError } from "../cli-error.ts";
import { connectTo, standInLimits } from "../connect.ts";
import type { UpOptions } from "./options.ts";
import type { UpPlace } from "./place.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * A test cluster that is there already, with its own API server, scheduler and controllers. This process adds what a real
 * cluster would have elsewhere: the account, kubelets on its machines, the driver of its volumes, and the definitions of
 * the product's kinds where they are missing.
 */
export async function openGivenPlace(
  options: UpOptions & { readonly kubeconfig: string },
  around: Surroundings,
  lifecycle: Lifecycle,
): Promise<UpPlace> {
  const { kubeconfig, context, region, cloud } = options;
  const open = async (limits: { readonly qps: number; readonly burst: number }): Promise<HttpKubeClient> => {
    const { client } = await connectTo({ kubeconfig, context, around, limits });
    lifecycle.onStop("connections", () => client.close());
    return client;
  };
  const controllerLimits = { qps: defaultOptions.kubeClientQps, burst: defaultOptions.kubeClientBurst };
  const kube = await open(standInLimits);
  const [controllerKube, electionKube] = [await open(controllerLimits), await open(controllerLimits)];
  const { signal } = lifecycle;
  const kubernetesVersion = await prepareCluster(kube, around.clock, signal);
  const account = createSimulatedAccount({ ...around, region, clusterName: "karpenter-ts", kubernetesVersion });
  const started = Promise.withResolvers<void>();
  lifecycle.start("stand-ins", async (own) => {
    const standIns = startStandIns(
      {
        ...around,
        kube,
        // The volumes part plays the EBS driver; the claims of other classes are not its business.
        parts: ["kubelets", "volumes"],
        volumes: { makesDefaultClass: false },
        kubelets: { machines: account.machines, ...(cloud === "kwok" ? { adopts: isFakeNode } : {}) },
      },
      own,
    );
    standIns.started.then(started.resolve, started.reject);
    await standIns.done;
  });
  return {
    kube,
    controllerKube,
    electionKube,
    server: kube.server,
    kubernetesVersion,
    kubeconfig,
    account,
    typeOf: createLookup(kube, around.clock, signal),
    started: started.promise,
  };
}

/** Installs the definitions and asks for the version; a cluster that cannot be reached or will not have them is named. */
async function prepareCluster(kube: HttpKubeClient, clock: Clock, signal: AbortSignal): Promise<string> {
  try {
    const version = await kube.kubernetesVersion({ signal });
    await installDefinitions(kube, clock, signal);
    return version;
  } catch (error) {
    if (!isKubeFault(error)) throw error;
    throw new CliError(`${kube.server}: ${error.message}`, undefined, { cause: error });
  }
}

const pollMilliseconds = 100;

/** Kinds are served a moment after their definition is accepted. */
async function installDefinitions(kube: HttpKubeClient, clock: Clock, signal: AbortSignal): Promise<void> {
  for (const object of customResourceDefinitions)
    await createOrRead<KubeObject>(kube, { type: customResourceDefinitionType, object }, { signal });
  for (const { spec } of customResourceDefinitions) {
    const { names, group, scope, versions } = spec;
    const type = resourceType(`${group}/${versions[0]?.name ?? ""}`, names.kind, names.plural, scope);
    while (!(await kube.isServed(type, { signal }))) await clock.sleep(pollMilliseconds, { signal });
  }
}

const patienceMilliseconds = 5_000;

/** Asks once for each kind. One whose definition has just been accepted is waited for. */
function createLookup(kube: HttpKubeClient, clock: Clock, signal: AbortSignal): UpPlace["typeOf"] {
  const known = new Map<string, ResourceType>();
  const defines = async (apiVersion: string, kind: string): Promise<boolean> => {
    const { items } = await kube.list(customResourceDefinitionType, { signal });
    return items.some(({ spec }) => spec.names.kind === kind && apiVersion.startsWith(`${spec.group}/`));
  };
  return async (apiVersion, kind) => {
    const key = `${apiVersion}/${kind}`;
    const deadline = clock.monotonic() + patienceMilliseconds;
    while (!known.has(key)) {
      const found = await kube.typeOf(apiVersion, kind, { signal });
      if (found !== undefined) known.set(key, found);
      else if (clock.monotonic() > deadline || !(await defines(apiVersion, kind))) return undefined;
      else await clock.sleep(pollMilliseconds, { signal });
    }
    return known.get(key);
  };
}
