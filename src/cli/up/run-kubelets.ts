import { isFakeNode, noMachines, startStandIns } from "../../local/index.ts";
import { createLifecycle } from "../../platform/index.ts";
import { exitCodes } from "../cli-error.ts";
import { connectTo, standInLimits } from "../connect.ts";
import type { Terminal } from "../terminal.ts";
import type { UpOptions } from "./options.ts";
import { createSurroundings } from "./surroundings.ts";

/** Pods run as soon as they are bound; leases are renewed often enough for the 40 s after which a kubelet counts as gone. */
const timings = Object.freeze({ start: 0, leaseRenewal: 15_000 });

/** Plays the kubelets of a test cluster's fake nodes, and nothing else, until stopped. */
export async function runKubelets(
  options: UpOptions & { readonly kubeconfig: string },
  terminal: Terminal,
): Promise<number> {
  const { kubeconfig, context } = options;
  const around = createSurroundings(options);
  const lifecycle = createLifecycle({ clock: around.clock, log: around.log });
  const stop = (): void => void lifecycle.stop("asked to stop");
  terminal.signal.addEventListener("abort", stop, { once: true });
  try {
    terminal.signal.throwIfAborted();
    const { client } = await connectTo({ kubeconfig, context, around, limits: standInLimits });
    lifecycle.onStop("connections", () => client.close());
    lifecycle.start("kubelets", async (own) => {
      const kubelets = { machines: noMachines, adopts: isFakeNode, timings };
      const { started, done } = startStandIns({ ...around, kube: client, parts: ["kubelets"], kubelets }, own);
      await Promise.race([started, done]);
      terminal.errors.write(`kubelets of the fake nodes on ${client.server} are at work\n`);
      await done;
    });
    await lifecycle.done;
    return exitCodes.fine;
  } catch (error) {
    await lifecycle.stop("failed");
    throw error;
  }
}
