/** Rules of KWOKNodeClass, DRAConfig and TestNodeClass (spec: api 3.3). */
import { draConfig, kwokNodeClass, testNodeClass, without } from "./manifests.ts";
import type { Manifest, RuleRow } from "./rule-case.ts";

const slices = [{ devices: [{ name: "gpu-0", attributes: { model: { string: "a100" } } }] }];
const pool = {
  name: "gpus",
  nodeSelectorTerms: [{ matchExpressions: [{ key: "gpu", operator: "Exists" }] }],
  resourceSlices: slices,
};
const draSpec = { driver: "gpu.example.com", pools: [pool] };

const withPool = (changes: Readonly<Record<string, unknown>>): Manifest =>
  draConfig({ spec: { ...draSpec, pools: [{ ...pool, ...changes }] } });

const poolRow = (
  name: string,
  rule: string,
  bad: Readonly<Record<string, unknown>>,
  cause: RuleRow["cause"],
): RuleRow => ({
  id: `draconfig-pool-${name}`,
  section: "3.3",
  rule,
  accepted: withPool({}),
  refused: withPool(bad),
  cause,
});

const poolField = "spec.pools[0]";
const atLeastOne = "should have at least 1 items";

export const simulatorRows: readonly RuleRow[] = [
  {
    id: "kwoknodeclass-delay-units",
    section: "3.3",
    rule: "nodeRegistrationDelay is a duration",
    accepted: kwokNodeClass({ spec: { nodeRegistrationDelay: "1m30s" } }),
    refused: kwokNodeClass({ spec: { nodeRegistrationDelay: "90" } }),
    cause: { field: "spec.nodeRegistrationDelay", message: "should match" },
  },
  {
    id: "kwoknodeclass-delay-not-never",
    section: "3.3",
    rule: "nodeRegistrationDelay may be left out, but never is no delay",
    accepted: kwokNodeClass({}),
    refused: kwokNodeClass({ spec: { nodeRegistrationDelay: "Never" } }),
    cause: { field: "spec.nodeRegistrationDelay", message: "should match" },
  },
  {
    id: "draconfig-driver-syntax",
    section: "3.3",
    rule: "a driver is a DNS subdomain",
    accepted: draConfig({ spec: draSpec }),
    refused: draConfig({ spec: { ...draSpec, driver: "GPU_Driver" } }),
    cause: { field: "spec.driver", message: "should match" },
  },
  ...["driver", "pools"].map(
    (member): RuleRow => ({
      id: `draconfig-${member}-required`,
      section: "3.3",
      rule: `${member} must be there`,
      accepted: draConfig({ spec: draSpec }),
      refused: draConfig({ spec: without(draSpec, member) }),
      cause: { field: `spec.${member}`, message: "Required value" },
    }),
  ),
  {
    id: "draconfig-pools-minimum",
    section: "3.3",
    rule: "there is at least one pool",
    accepted: draConfig({ spec: draSpec }),
    refused: draConfig({ spec: { ...draSpec, pools: [] } }),
    cause: { field: "spec.pools", message: atLeastOne },
  },
  poolRow(
    "name-not-empty",
    "a pool's name is not empty",
    { name: "" },
    { field: `${poolField}.name`, message: "at least 1" },
  ),
  poolRow(
    "name-length",
    "a pool's name has at most 63 characters",
    { name: "p".repeat(64) },
    {
      field: `${poolField}.name`,
      message: "Too long",
    },
  ),
  poolRow(
    "name-syntax",
    "a pool's name is a DNS label",
    { name: "a.b" },
    {
      field: `${poolField}.name`,
      message: "should match",
    },
  ),
  poolRow(
    "terms-minimum",
    "a pool has at least one selector term",
    { nodeSelectorTerms: [] },
    {
      field: `${poolField}.nodeSelectorTerms`,
      message: atLeastOne,
    },
  ),
  poolRow(
    "slices-minimum",
    "a pool has at least one slice",
    { resourceSlices: [] },
    {
      field: `${poolField}.resourceSlices`,
      message: atLeastOne,
    },
  ),
  poolRow(
    "devices-minimum",
    "a slice has at least one device",
    { resourceSlices: [{ devices: [] }] },
    {
      field: `${poolField}.resourceSlices[0].devices`,
      message: atLeastOne,
    },
  ),
  {
    id: "testnodeclass-spec-object",
    section: "3.3",
    rule: "a TestNodeClass may have no spec; a text is none",
    accepted: testNodeClass({}),
    refused: testNodeClass({ spec: "none" }),
    cause: { field: "spec", message: "must be of type object" },
  },
];
