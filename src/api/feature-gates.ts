/** Feature gates (spec: api 7). */

export type FeatureStage = "alpha" | "beta" | "removed";

export interface FeatureGate {
  readonly name: string;
  /** Which flag sets it: `--feature-gates` or `--aws-feature-gates`. */
  readonly owner: "core" | "aws";
  /** What holds when the gate is not mentioned. A removed gate is always on and cannot be set. */
  readonly default: boolean;
  readonly stage: FeatureStage;
  /** Version of each stage, oldest first. */
  readonly since: readonly { readonly stage: FeatureStage; readonly version: string }[];
  readonly effect: string;
}

const gate = (
  name: string,
  since: FeatureGate["since"],
  rest: Pick<FeatureGate, "owner" | "default" | "effect">,
): FeatureGate => ({ name, since, stage: since.at(-1)?.stage ?? "alpha", ...rest });

const off = { owner: "core", default: false } as const;

export const featureGates: readonly FeatureGate[] = Object.freeze([
  gate("SpotToSpotConsolidation", [{ stage: "alpha", version: "v0.34" }], {
    ...off,
    effect: "spot nodes may be replaced by spot nodes",
  }),
  gate("NodeRepair", [{ stage: "alpha", version: "v1.1" }], {
    ...off,
    effect: "unhealthy nodes are deleted after the provider's toleration time",
  }),
  gate(
    "ReservedCapacity",
    [
      { stage: "alpha", version: "v1.3" },
      { stage: "beta", version: "v1.6" },
    ],
    { owner: "core", default: true, effect: "capacity reservations are offered and used" },
  ),
  gate("NodeOverlay", [{ stage: "alpha", version: "v1.7" }], { ...off, effect: "NodeOverlay objects are evaluated" }),
  gate("StaticCapacity", [{ stage: "alpha", version: "v1.8" }], { ...off, effect: "pools with replicas are acted on" }),
  gate("CapacityBuffer", [{ stage: "alpha", version: "v1.13" }], {
    ...off,
    effect: "CapacityBuffer objects are evaluated",
  }),
  gate("NodeClassCEL", [{ stage: "alpha", version: "v1.15" }], {
    owner: "aws",
    default: false,
    effect: "expressions in spec.kubelet of an EC2NodeClass",
  }),
  gate(
    "Drift",
    [
      { stage: "alpha", version: "v0.21" },
      { stage: "beta", version: "v0.33" },
      { stage: "removed", version: "v1.0" },
    ],
    { owner: "core", default: true, effect: "always on; limit it with budgets for the reason Drifted" },
  ),
]);

export type FeatureGates = Readonly<Record<string, boolean>>;

/** The settable gates at their defaults. */
export const defaultFeatureGates: FeatureGates = Object.freeze(
  Object.fromEntries(featureGates.filter((g) => g.stage !== "removed").map((g) => [g.name, g.default])),
);

export type GateTexts = Readonly<Partial<Record<FeatureGate["owner"], string>>>;

export type FeatureGateOutcome =
  | { readonly ok: true; readonly gates: FeatureGates }
  /** A value that is no boolean, which stops the start. */
  | { readonly ok: false; readonly message: string };

const booleans: Readonly<Record<string, boolean>> = {
  "1": true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  "0": false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

/**
 * Reads the texts of `--feature-gates` (core) and `--aws-feature-gates` (aws), each `A=true,B=false`. Gates that are not
 * mentioned keep their default, unknown names and those of the other flag are ignored.
 */
export function resolveFeatureGates(texts: GateTexts): FeatureGateOutcome {
  const gates: Record<string, boolean> = { ...defaultFeatureGates };
  for (const owner of ["core", "aws"] as const) {
    for (const part of (texts[owner] ?? "").split(",")) {
      if (part.trim() === "") continue;
      const [name = "", value] = part.split("=", 2).map((side) => side.trim());
      const parsed = value === undefined ? undefined : booleans[value];
      if (parsed === undefined) {
        return { ok: false, message: `feature gate "${part.trim()}": expected NAME=true or NAME=false` };
      }
      const settable = featureGates.some((g) => g.name === name && g.owner === owner && g.stage !== "removed");
      if (settable) gates[name] = parsed;
    }
  }
  return { ok: true, gates };
}
