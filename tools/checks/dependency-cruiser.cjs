// Import fences, generated from rooms.json (style: who may import whom). Zones of the compiler are the other fence.
const rooms = require("./rooms.json");

const sideDoors = "(?:(?:contract|catalogue|conformance)/)?";

const roomRules = Object.entries(rooms).map(([room, { rooms: allowed }]) => ({
  name: `${room}-imports`,
  severity: "error",
  comment: `${room} may import ${allowed.join(", ") || "nothing"}`,
  from: { path: `^src/${room}/`, pathNot: "\\.(test|prop\\.test)\\.ts$" },
  to: { path: "^src/", pathNot: `^src/(${[room, ...allowed].join("|")})/` },
}));

const packageRules = Object.entries(rooms).map(([room, { packages }]) => ({
  name: `${room}-packages`,
  severity: "error",
  comment: `${room} may use ${packages.join(", ") || "no package"}`,
  from: { path: `^src/${room}/`, pathNot: "\\.(test|prop\\.test)\\.ts$" },
  to: {
    dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"],
    path: "node_modules/",
    pathNot:
      packages.length === 0
        ? "^$"
        : `node_modules/(${packages.map((name) => name.replace("/*", "/[^/]+")).join("|")})/`,
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: "front-door",
      severity: "error",
      comment: "another room is entered by its index.ts, or by a side door",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/", pathNot: `^src/($1/|[^/]+/${sideDoors}index\\.ts$|provider-aws/sdk/index\\.ts$)` },
    },
    {
      name: "sdk-door",
      severity: "error",
      comment: "only operator may open provider-aws/sdk",
      from: { path: "^src/", pathNot: "^src/(operator|provider-aws/sdk)/" },
      to: { path: "^src/provider-aws/sdk/" },
    },
    {
      name: "sdk-only-in-sdk",
      severity: "error",
      comment: "the AWS SDK is imported by provider-aws/sdk alone",
      from: { path: "^src/", pathNot: "^src/provider-aws/sdk/" },
      to: { path: "node_modules/@aws-sdk/" },
    },
    { name: "no-cycles", severity: "error", from: { path: "^src/" }, to: { circular: true } },
    {
      name: "no-tests-in-source",
      severity: "error",
      comment: "source never imports tests, benches or tools",
      from: { path: "^src/", pathNot: "\\.(test|prop\\.test)\\.ts$" },
      to: { path: "^(test|bench|tools)/|\\.(test|prop\\.test)\\.ts$" },
    },
    {
      name: "oracle-stands-alone",
      severity: "error",
      comment: "the oracle checks core, so it may not use it",
      from: { path: "^test/oracle/", pathNot: "\\.test\\.ts$" },
      to: { path: "^src/core/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
