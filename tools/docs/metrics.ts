/** The list of metrics as a controller serves them that has done its main job. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const address = /dashboard +(http:\S+)/;
const settled = /initialized/;

/** Runs the sample application on an embedded cluster, and reads what `/metrics` says of itself. */
export async function metricsPage(root: string): Promise<string> {
  const ports = ["--api-port", "0", "--http-port", "0", "--kubeconfig-out", join(root, "dist/docs-kubeconfig")];
  const child = spawn(join(root, "bin/karpenter.mjs"), ["up", "-f", join(root, "samples/application.yaml"), ...ports], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = "";
      const hear = (text: unknown): void => {
        said += String(text);
        const found = address.exec(said)?.[1];
        if (found !== undefined && settled.test(said)) resolve(found);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.on("close", () => reject(new Error(`karpenter up ended:\n${said}`)));
    });
    return pageOf(await (await fetch(`${url}/metrics`)).text());
  } finally {
    child.removeAllListeners("close");
    child.kill("SIGTERM");
  }
}

function pageOf(exposition: string): string {
  const kinds = new Map(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", kind = ""]) => [name, kind]),
  );
  const rows = [...exposition.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .map(([, name = "", help = ""]) => `| \`${name}\` | ${kinds.get(name) ?? ""} | ${help.replaceAll("|", "\\|")} |`)
    .toSorted();
  const undescribed = rows.filter((row) => row.endsWith("|  |"));
  if (undescribed.length > 0) throw new Error(`metrics without a description:\n${undescribed.join("\n")}`);
  return `# Metrics

What \`/metrics\` serves, read from a controller that has launched machines for the sample application. Names and labels are
Karpenter's, so that dashboards and alarms keep working; [operate](operate.md) says which of them to watch.

| Name | Kind | What it says |
|---|---|---|
${rows.join("\n")}
`;
}
