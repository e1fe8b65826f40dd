/** The simulated account and the requests of the provider, both held to the service models of AWS. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type MadeCall, playLife } from "../aws-simulated/whole-life.ts";
import { installMoto } from "../../tools/catalogue/moto-install.ts";
import { loadServiceModel, type ServiceModel } from "./service-model.ts";

const serviceOf: Readonly<Record<MadeCall["service"], string>> = {
  ec2: "ec2",
  ec2Probe: "ec2",
  ssm: "ssm",
  iam: "iam",
  eks: "eks",
  sqs: "sqs",
  pricing: "pricing",
  zonalShift: "arc-zonal-shift",
};

const operationOf = ({ method }: MadeCall): string => `${method.charAt(0).toUpperCase()}${method.slice(1)}`;

let calls: readonly MadeCall[] = [];
const models = new Map<string, ServiceModel>();

beforeAll(async () => {
  const lib = join(dirname(await installMoto()), "..", "lib");
  const python = readdirSync(lib).find((name) => name.startsWith("python")) ?? "";
  for (const service of new Set(Object.values(serviceOf)))
    models.set(service, loadServiceModel(join(lib, python, "site-packages"), service));
  const made: MadeCall[] = [];
  await playLife((call) => void made.push(call));
  calls = made;
}, 120_000);

const modelOf = ({ service }: MadeCall): ServiceModel => {
  const model = models.get(serviceOf[service]);
  if (model === undefined) throw new Error(`no model of ${service}`);
  return model;
};

/** Each problem once, with how often it came. */
const summed = (problems: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const problem of problems.map((text) => text.replaceAll(/\[\d+\]/g, "[]")))
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return [...counts].map(([problem, count]) => `${problem} (${count} times)`).sort();
};

describe("a class' whole life, by the service models of AWS", () => {
  test("has requests that AWS takes, every one", () => {
    const problems = calls.flatMap((call) => modelOf(call).requestProblems(operationOf(call), call.input));
    expect(summed(problems)).toEqual([]);
  });

  test("gets answers from the simulated account that AWS could give, every one", () => {
    const answered = calls.filter(({ output }) => output !== undefined);
    const problems = answered.flatMap((call) => modelOf(call).answerProblems(operationOf(call), call.output));
    expect(summed(problems)).toEqual([]);
    const operations = new Set(answered.map((call) => `${serviceOf[call.service]} ${operationOf(call)}`));
    console.log(
      `by botocore's models: ${calls.length} requests, ${answered.length} answers, ${operations.size} operations`,
    );
    // Dry runs have no answer.
    expect(operations.size).toBeGreaterThanOrEqual(29);
  });
});
