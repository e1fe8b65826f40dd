import { describe, expect, test } from "vitest";
import { parseSettings, problemsText } from "./parse-settings.ts";
import { defaultSettings, type GlobalSettings, reloadSettings } from "./settings.ts";

const parse = (data: Readonly<Record<string, string>>) => parseSettings({ "aws.clusterName": "demo", ...data });

function settings(data: Readonly<Record<string, string>>): GlobalSettings {
  const parsed = parse(data);
  if (!parsed.ok) throw new Error(problemsText(parsed.failure));
  return parsed.value.settings;
}

function problems(data: Readonly<Record<string, string>>): readonly string[] {
  const parsed = parse(data);
  return parsed.ok ? [] : parsed.failure.map(({ key, message }) => `${key} ${message}`);
}

function warnings(data: Readonly<Record<string, string>>): readonly string[] {
  const parsed = parse(data);
  return parsed.ok ? parsed.value.warnings.map(({ key, message }) => `${key} ${message}`) : [];
}

describe("karpenter-global-settings", () => {
  test("every key is read", () => {
    expect(
      settings({
        batchMaxDuration: "20s",
        batchIdleDuration: "1m30s",
        "featureGates.driftEnabled": "true",
        "aws.clusterEndpoint": "https://a.example.com",
        "aws.clusterCABundle": "Y2E=",
        "aws.defaultInstanceProfile": "profile",
        "aws.interruptionQueueName": "queue",
        "aws.isolatedVPC": "true",
        "aws.vmMemoryOverheadPercent": "0.1",
        "aws.enablePodENI": "true",
        "aws.enableENILimitedPodDensity": "false",
        "aws.reservedENIs": "1",
        "aws.tags": '{"team":"a"}',
        "aws.assumeRoleARN": "arn:aws:iam::1:role/a",
        "aws.assumeRoleDuration": "20m",
      }),
    ).toEqual({
      batchMaxMilliseconds: 20_000,
      batchIdleMilliseconds: 90_000,
      driftEnabled: true,
      clusterName: "demo",
      clusterEndpoint: "https://a.example.com",
      clusterCaBundle: "Y2E=",
      defaultInstanceProfile: "profile",
      interruptionQueue: "queue",
      isolatedVpc: true,
      vmMemoryOverheadPercent: 0.1,
      enablePodEni: true,
      enableEniLimitedPodDensity: false,
      reservedEnis: 1,
      tags: { team: "a" },
      assumeRoleArn: "arn:aws:iam::1:role/a",
      assumeRoleMilliseconds: 1_200_000,
    });
    expect(settings({})).toEqual({ ...defaultSettings, clusterName: "demo" });
  });

  test.each(["aws.interruptionQueueName", "aws.interruptionQueue", "interruptionQueue", "interruptionQueueName"])(
    "[R26] D5: the queue under %s",
    (key) => {
      expect(settings({ [key]: "demo-queue" }).interruptionQueue).toBe("demo-queue");
    },
  );

  test("[R26] D5: two spellings with different values are refused, both named", () => {
    expect(problems({ "aws.interruptionQueueName": "a", "aws.interruptionQueue": "b" })).toEqual([
      'aws.interruptionQueue is "b" while aws.interruptionQueueName is "a"; keep one of them',
    ]);
  });

  test("[R26] a queue's URL or ARN is reduced to its name, with a warning", () => {
    const arn = { "aws.interruptionQueueName": "arn:aws:sqs:us-east-1:1:demo" };
    expect(settings(arn).interruptionQueue).toBe("demo");
    expect(warnings(arn)[0]).toContain("only its last part, demo, is used");
  });

  test.each([
    ["batchMaxDuration", "10", 'is "10", expected a duration such as 10s or 1m30s'],
    ["batchIdleDuration", "100ms", 'is "100ms", expected at least 1s'],
    ["aws.isolatedVPC", "yes", 'is "yes", expected true or false'],
    ["aws.vmMemoryOverheadPercent", "-0.1", 'is "-0.1", expected a number of at least 0'],
    ["aws.vmMemoryOverheadPercent", "1e400", 'is "1e400", expected a number of at least 0'],
    ["aws.reservedENIs", "1.5", 'is "1.5", expected a whole number'],
    ["aws.clusterEndpoint", "demo.example.com", 'is "demo.example.com", expected an absolute URL with a host'],
    ["aws.assumeRoleDuration", "10m", 'is "10m", expected at least 900s'],
    ["aws.tags", "team=a", 'is team=a, expected one JSON object of texts such as {"team":"a"}'],
    [
      "aws.tags",
      '{"karpenter.sh/managed-by":"a"}',
      "sets the tag karpenter.sh/managed-by, which is the controller's own",
    ],
    ["aws.clusterName", "", "is empty, expected the name of the cluster"],
  ])("%s of %s is refused by name", (key, value, text) => {
    expect(problems({ [key]: value })).toEqual([`${key} ${text}`]);
  });

  test("every problem is told at once", () => {
    expect(problems({ batchMaxDuration: "x", "aws.isolatedVPC": "x" })).toHaveLength(2);
  });

  test("an unknown key is named with the nearest known one", () => {
    expect(warnings({ "aws.interuptionQueue": "a" })).toEqual([
      "aws.interuptionQueue is ignored (did you mean aws.interruptionQueue?)",
    ]);
    expect(warnings({ zzz: "a" })).toEqual(["zzz is no known setting and is ignored"]);
  });

  test("a role to assume is not passed over in silence, and none is needs no word", () => {
    expect(warnings({ "aws.assumeRoleARN": "arn:aws:iam::1:role/a" })).toEqual([
      "aws.assumeRoleARN is ignored: give the process the credentials of that role, as with AWS_ROLE_ARN and a web identity token",
    ]);
    expect(warnings({ "aws.assumeRoleARN": "" })).toEqual([]);
  });

  test("one key a tag, as older versions had it", () => {
    expect(settings({ "aws.tags.team": "a", "aws.tags": '{"stage":"b"}' }).tags).toEqual({ team: "a", stage: "b" });
  });

  test("D6: an edit takes effect at once but for what needs a restart", () => {
    const running = settings({});
    const edited = settings({ "aws.clusterName": "other", batchMaxDuration: "30s", "aws.reservedENIs": "2" });
    const { settings: next, waiting, capacityChanged } = reloadSettings(running, edited);
    expect(next).toEqual({ ...running, batchMaxMilliseconds: 30_000, reservedEnis: 2 });
    expect(waiting).toEqual(["clusterName"]);
    expect(capacityChanged).toBe(true);
  });
});
