/**
 * `npm run corpus -- scheduling|cost|disruption DIR [options]`: our plans beside recorded ones (product 4.2);
 * `npm run corpus -- families`: the default beside `compatible` on cases made from seeds.
 */
const [mode, ...rest] = process.argv.slice(2);

const usage = `usage: npm run corpus -- scheduling|cost|disruption DIR [--json] [--policy compatible] [--node-charge USD]
                         [--plans DIR] [--case NAME]
       npm run corpus -- families [FAMILY...] [--from SEED] [--count N]
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
  case "families": {
    const { runFamilies } = await import("./families/run-families.ts");
    process.exitCode = runFamilies(rest);
    break;
  }
  default:
    process.stderr.write(
      mode === "--help" ? usage : `corpus: expected scheduling, cost, disruption or families first\n${usage}`,
    );
    process.exitCode = mode === "--help" ? 0 : 2;
}
