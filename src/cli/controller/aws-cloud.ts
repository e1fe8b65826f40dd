import { connectAwsAccount, type ProviderFactory } from "../../operator/index.ts";
import type { Lifecycle } from "../../platform/index.ts";
import { CliError } from "../cli-error.ts";
import type { CloudSetup } from "./controller-call.ts";

/** A real account, over the AWS SDK with its default chain of credentials. */
export async function openAwsCloud(
  { settings, around, kube }: CloudSetup,
  { lifecycle, version }: { readonly lifecycle: Lifecycle; readonly version: string },
): Promise<ProviderFactory> {
  const { signal } = lifecycle;
  const serverVersion = (options: { readonly signal: AbortSignal }): Promise<string> => kube.kubernetesVersion(options);
  try {
    return await connectAwsAccount({ ...around, options: settings, kube, version, serverVersion }, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new CliError(error instanceof Error ? error.message : String(error), undefined, { cause: error });
  }
}
