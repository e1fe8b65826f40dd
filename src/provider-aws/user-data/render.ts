import type { AmiFamily } from "../../api/index.ts";
import { ok, type Result } from "../../core/index.ts";
import { renderAl2, renderAl2023, type UserDataFailure } from "./amazon-linux.ts";
import { renderBottlerocket } from "./bottlerocket.ts";
import type { BootstrapInput } from "./input.ts";
import { kubeletArguments } from "./kubelet-arguments.ts";

/** User data of a family, base64 as launch templates carry it; undefined when there is nothing to say. */
export function renderUserData(input: BootstrapInput): Result<string | undefined, UserDataFailure> {
  const text = renderers[input.family](input);
  if (!text.ok) return text;
  return ok(text.value === undefined ? undefined : Buffer.from(text.value, "utf8").toString("base64"));
}

const renderWindows = (input: BootstrapInput) => ok(windowsScript(input));

const renderers: Readonly<Record<AmiFamily, (input: BootstrapInput) => Result<string | undefined, UserDataFailure>>> = {
  AL2: renderAl2,
  AL2023: renderAl2023,
  Bottlerocket: renderBottlerocket,
  Windows2019: renderWindows,
  Windows2022: renderWindows,
  Windows2025: renderWindows,
  Custom: ({ customUserData }) => ok(customUserData),
};

function windowsScript(input: BootstrapInput): string {
  const { cluster, kubelet, customUserData } = input;
  const [dns] = kubelet.clusterDNS ?? [];
  const call = [
    "& $EKSBootstrapScriptFile",
    `-EKSClusterName '${cluster.name}'`,
    `-APIServerEndpoint '${cluster.endpoint}'`,
    ...(cluster.caBundle === undefined ? [] : [`-Base64ClusterCA '${cluster.caBundle}'`]),
    `-KubeletExtraArgs '${kubeletArguments(input)}'`,
    ...(dns === undefined ? [] : [`-DNSClusterIP '${dns}'`]),
  ].join(" ");
  return [
    "<powershell>",
    ...(customUserData === undefined ? [] : [customUserData]),
    '[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"',
    call,
    "</powershell>",
  ].join("\n");
}
