/** Options of the dashboard (spec: product 6): off unless asked for, and beyond loopback never without a token. */
import { option } from "./option-definition.ts";
import { integerValue, textValue } from "./option-values.ts";

export const dashboardOptionSchema = Object.freeze({
  dashboardPort: option(
    "dashboard-port",
    integerValue({ min: 0, max: 65_535 }),
    0,
    "port of the dashboard, 0 to serve none",
  ),
  dashboardHost: option(
    "dashboard-host",
    textValue,
    "127.0.0.1",
    "address of the dashboard; beyond loopback it asks for a token",
  ),
  dashboardTokenFile: option(
    "dashboard-token-file",
    textValue,
    "",
    "file with the token that the dashboard asks for, read at each request; needed beyond loopback",
  ),
  dashboardPathPrefix: option(
    "dashboard-path-prefix",
    textValue,
    "/",
    "path that a proxy leaves in front of the dashboard, with a slash at both ends",
  ),
});

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);

export function dashboardContradictions(values: {
  readonly dashboardPort: number;
  readonly dashboardHost: string;
  readonly dashboardTokenFile: string;
  readonly dashboardPathPrefix: string;
}): readonly string[] {
  const { dashboardPort, dashboardHost, dashboardTokenFile, dashboardPathPrefix: prefix } = values;
  const isOpen = dashboardPort !== 0 && dashboardTokenFile === "" && !loopback.has(dashboardHost);
  const open = `--dashboard-host is ${dashboardHost}, which others reach: expected --dashboard-token-file with the token to ask for`;
  const isPath = prefix.startsWith("/") && prefix.endsWith("/");
  return [
    ...(isOpen ? [open] : []),
    ...(isPath ? [] : [`--dashboard-path-prefix is "${prefix}", expected a slash at both ends`]),
  ];
}
