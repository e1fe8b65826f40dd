import type { Command } from "commander";
import { epochMillisOf } from "../../core/index.ts";
import { CliError } from "../cli-error.ts";
import type { Terminal } from "../terminal.ts";
import { type ClusterFlags, type OfflineFlags, withOfflineFlags } from "./offline-flags.ts";
import { inputOf, type OfflineInput, type OfflineMarket, readOffline } from "./read-offline.ts";

/** Files, or a cluster that is only read. */
export interface InputFlags extends OfflineFlags, ClusterFlags {}

export const withClusterFlags = (command: Command): Command =>
  command
    .option("--kubeconfig <file>", "kubeconfig of a cluster, which is only read (env: KUBECONFIG)")
    .option("--context <name>", "context of the kubeconfig");

export const withInputFlags = (command: Command): Command => withClusterFlags(withOfflineFlags(command));

/** Files when `-f` names some, else the cluster. Nothing of a client is loaded for files. */
export async function openInput(flags: InputFlags, market: OfflineMarket, terminal: Terminal): Promise<OfflineInput> {
  if (flags.filename.length > 0) {
    if (flags.kubeconfig !== undefined)
      throw new CliError("either -f or --kubeconfig: the input is files or a cluster");
    return readOffline(flags, market, terminal);
  }
  const { readCluster } = await import("./read-cluster.ts");
  const { objects, takenAt, missing } = await readCluster(flags, terminal);
  const input = await inputOf(objects, { flags, market, terminal }, epochMillisOf(takenAt));
  return { ...input, exitCode: missing ? 1 : 0 };
}
