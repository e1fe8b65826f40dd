/** `npm run corpus -- scheduling|cost|disruption DIR [options]`: our plans beside recorded ones (product 4.2). */
const [mode, ...rest] = process.argv.slice(2);

const usage = `usage: npm run corpus -- scheduling|cost|disruption DIR [--json] [--policy compatible] [--node-charge USD]
                         [--plans DIR] [--case NAME]
example: npm run -s corpus -- scheduling test/corpus/data/scheduling --json
`;

switch (mode) {
  case "scheduling":
  case "cost": {
    const { runProvisioning } = await import("./run-provisioning.ts");
    process.exitCode = runProvisioning(mode, rest);
    break;
  }
  case "disruption": {
    const { runDisruption } = await import("../corpus-disruption/run-disruption.ts");
    process.exitCode = runDisruption(rest);
    break;
  }
  default:
    process.stderr.write(mode === "--help" ? usage : `corpus: expected scheduling, cost or disruption first\n${usage}`);
    process.exitCode = mode === "--help" ? 0 : 2;
}
