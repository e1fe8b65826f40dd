import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mergedShape, type RecordedCall, recordedError, type Shape } from "./call-shapes.ts";
import { createAwsFixture } from "./fixture.ts";
import { type MadeCall, playLife } from "./whole-life.ts";

/** Calls that moto's server was asked over HTTP, with what it answered; `RECORD_PAIRS=1 npm run test:aws` makes them anew. */
const pairs = JSON.parse(readFileSync(join(import.meta.dirname, "recorded-pairs.json"), "utf8")) as Readonly<
  Record<string, readonly RecordedCall[]>
>;

/** Members that only the simulated account has, or that only it is asked for, since moto lacks what they are about (8.1). */
const beyondMoto: Readonly<Record<string, readonly RegExp[]>> = {
  "ec2.createFleet": [/^SpotOptions\./],
  "ec2.createLaunchTemplate": [/\.Placement\.GroupId$/, /\.CapacityReservationTarget\./],
  "ec2.describeInstanceStatus": [
    /^InstanceStatuses\[\]\.(InstanceStatus|SystemStatus)\./,
    /^InstanceStatuses\[\]\.InstanceId$/,
  ],
  "ec2.describeInstanceTypeOfferings": [/^NextToken$/],
  // One type of the recording cannot have every kind of device.
  "ec2.describeInstanceTypes": [
    /^(DryRun|NextToken)$/,
    /\.(GpuInfo|NeuronInfo|InferenceAcceleratorInfo|InstanceStorageInfo)\./,
    /EfaInfo/,
    /SupportedFeatures/,
  ],
  // Listed by pages, or looked up by id: the recording has the one or the other.
  "ec2.describeInstances": [
    /^(MaxResults|InstanceIds\[\])$/,
    /\.(SecurityGroups|CapacityReservation\w+|SpotInstanceRequestId|InstanceLifecycle)/,
    /\.Placement\.GroupId$/,
  ],
  "ec2.describeSpotPriceHistory": [/^NextToken$/],
  // Both know it, in a call that the recording has only an error of.
  "iam.getInstanceProfile": [/^InstanceProfile\./],
  "iam.listInstanceProfiles": [/^IsTruncated$/],
};

/** A look-up by name in one, by id in the other. */
const looseText = /^Filters\[\]\.Values\[\]$/;

let calls: readonly MadeCall[] = [];

beforeAll(async () => {
  const made: MadeCall[] = [];
  await playLife((call) => void made.push(call));
  calls = made;
}, 60_000);

const nameOf = ({ service, method }: MadeCall): string => `${service === "ec2Probe" ? "ec2" : service}.${method}`;
const ofName = (name: string): readonly MadeCall[] => calls.filter((call) => nameOf(call) === name);

function differences(name: string, here: Shape, there: Shape): readonly string[] {
  const known = beyondMoto[name] ?? [];
  return [...here].flatMap(([path, kind]) => {
    const recorded = there.get(path);
    if (recorded === kind || (recorded === undefined && known.some((pattern) => pattern.test(path)))) return [];
    if (recorded !== undefined && looseText.test(path)) return [];
    return [`${name} ${path}: ${kind} here, ${recorded ?? "nothing"} recorded`];
  });
}

describe("calls recorded on the wire", () => {
  test("are of every kind that moto knows", () => {
    const unknown = [
      "ec2.describeCapacityReservations",
      "ec2.describePlacementGroups",
      "pricing.getProducts",
      "zonalShift.getManagedResource",
    ];
    expect([...new Set(calls.map(nameOf))].filter((name) => !unknown.includes(name)).toSorted()).toEqual(
      Object.keys(pairs).toSorted(),
    );
  });

  test.each(Object.keys(pairs))("%s: requests have the members of the one that was answered", (name) => {
    const here = mergedShape(ofName(name).map(({ input }) => input));
    expect(differences(name, here, mergedShape((pairs[name] ?? []).map(({ input }) => input)))).toEqual([]);
  });

  test.each(Object.keys(pairs))(
    "%s: the simulated account answers with members of the recorded answer, of the same kinds",
    (name) => {
      const answers = ofName(name).filter(({ output }) => output !== undefined);
      const here = mergedShape(answers.map(({ output }) => output));
      const there = mergedShape((pairs[name] ?? []).flatMap(({ output }) => (output === undefined ? [] : [output])));
      expect(differences(name, here, there)).toEqual([]);
    },
  );

  test("fail alike: by the same name and code, under the same status", async () => {
    const { account } = await createAwsFixture();
    const missing = await account.clients.ssm.getParameter({ Name: "/none" }).catch((error: unknown) => error);
    const seen = new Map([["ssm.getParameter", [recordedError(missing)]]]);
    for (const call of calls)
      if (call.error !== undefined)
        seen.set(nameOf(call), [...(seen.get(nameOf(call)) ?? []), recordedError(call.error)]);
    const recorded = Object.entries(pairs).flatMap(([name, all]) =>
      all.flatMap(({ error }) => (error === undefined ? [] : [{ name, error }])),
    );
    expect(recorded.length).toBeGreaterThanOrEqual(5);
    for (const { name, error } of recorded) expect(seen.get(name), name).toContainEqual(error);
  });
});
