import type { Container, ContainerPort, ResourceQuantities } from "../../api/index.ts";
import { parseQuantity, wholeUnits } from "../../core/index.ts";
import { invalidValue, required, type Cause } from "../apiserver/faults.ts";
import { nameProblems, qualifiedNameProblems } from "../apiserver/metadata-rules.ts";
import { isRecord } from "../store/api-object.ts";
import { fieldText } from "../store/field-path.ts";
import { duplicates, oneOf } from "./field-checks.ts";

export function validateContainers(
  containers: readonly Container[],
  field: string,
  volumes: ReadonlySet<string>,
): readonly Cause[] {
  return containers.flatMap((container, index) => validateContainer(container, `${field}[${index}]`, volumes));
}

function validateContainer(container: Container, field: string, volumes: ReadonlySet<string>): readonly Cause[] {
  const { name, image = "", ports = [], resources = {} } = container;
  return [
    ...(name === ""
      ? [required(`${field}.name`)]
      : nameProblems(name, "label").map((problem) => invalidValue(`${field}.name`, name, problem))),
    ...(image === "" ? [required(`${field}.image`)] : []),
    ...ports.flatMap((port, index) => validatePort(port, `${field}.ports[${index}]`)),
    ...duplicates(
      ports.map(({ name: portName }) => portName),
      (index) => `${field}.ports[${index}].name`,
    ),
    ...validateVariables(container, field),
    ...validateMounts(container, field, volumes),
    ...validateResources(resources, `${field}.resources`),
  ];
}

function portRange(port: number | undefined, field: string): readonly Cause[] {
  if (port === undefined || (port >= 1 && port <= 65_535)) return [];
  return [invalidValue(field, port, "must be between 1 and 65535, inclusive")];
}

function validatePort(port: ContainerPort, field: string): readonly Cause[] {
  return [
    ...(port.containerPort === undefined ? [required(`${field}.containerPort`)] : []),
    ...portRange(port.containerPort, `${field}.containerPort`),
    ...(port.hostPort === 0 ? [] : portRange(port.hostPort, `${field}.hostPort`)),
    ...oneOf(port.protocol, ["TCP", "UDP", "SCTP"], `${field}.protocol`),
  ];
}

function listOf(container: Container, member: string): readonly Readonly<Record<string, unknown>>[] {
  const list = (container as unknown as Readonly<Record<string, unknown>>)[member];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function validateVariables(container: Container, field: string): readonly Cause[] {
  return listOf(container, "env").flatMap((variable, index) => [
    ...(variable["name"] ? [] : [required(`${field}.env[${index}].name`)]),
    ...(variable["value"] && variable["valueFrom"] !== undefined
      ? [invalidValue(`${field}.env[${index}].valueFrom`, "", "may not be specified when `value` is not empty")]
      : []),
  ]);
}

function validateMounts(container: Container, field: string, volumes: ReadonlySet<string>): readonly Cause[] {
  const mounts = listOf(container, "volumeMounts");
  return [
    ...mounts.flatMap(({ name, mountPath }, index) => {
      const path = `${field}.volumeMounts[${index}]`;
      const missing: Cause = {
        reason: "FieldValueNotFound",
        field: `${path}.name`,
        message: `Not found: ${JSON.stringify(name)}`,
      };
      return [
        ...(name ? (volumes.has(fieldText(name)) ? [] : [missing]) : [required(`${path}.name`)]),
        ...(mountPath ? [] : [required(`${path}.mountPath`)]),
      ];
    }),
    ...duplicates(
      mounts.map(({ mountPath }) => mountPath),
      (index) => `${field}.volumeMounts[${index}].mountPath`,
    ).map((cause) => ({
      ...cause,
      reason: "FieldValueInvalid",
      message: cause.message.replace("Duplicate value: ", "Invalid value: ").concat(": must be unique"),
    })),
  ];
}

const nano = 9;

function amount(quantity: string | number): bigint {
  const parsed = parseQuantity(quantity);
  return parsed.ok ? wholeUnits(parsed.value, nano).units : 0n;
}

/** Overcommit is for cpu, memory and ephemeral storage; of everything else a request must equal its limit. */
const overcommitted = new Set(["cpu", "memory", "ephemeral-storage"]);

export function validateResources(
  resources: { readonly requests?: ResourceQuantities; readonly limits?: ResourceQuantities },
  field: string,
): readonly Cause[] {
  const { requests = {}, limits = {} } = resources;
  return [
    ...validateQuantities(limits, `${field}.limits`),
    ...validateQuantities(requests, `${field}.requests`),
    ...Object.entries(requests).flatMap(([name, request]) =>
      compareWithLimit({ name, request, limit: limits[name] }, field),
    ),
  ];
}

function validateQuantities(quantities: ResourceQuantities, field: string): readonly Cause[] {
  return Object.entries(quantities).flatMap(([name, quantity]) => [
    ...qualifiedNameProblems(name).map((problem) => invalidValue(field, name, problem)),
    ...(amount(quantity) < 0n
      ? [invalidValue(`${field}[${name}]`, String(quantity), "must be greater than or equal to 0")]
      : []),
    ...(name.includes("/") && amount(quantity) % 10n ** BigInt(nano) !== 0n
      ? [invalidValue(`${field}[${name}]`, String(quantity), "must be an integer")]
      : []),
  ]);
}

function compareWithLimit(
  {
    name,
    request,
    limit,
  }: { readonly name: string; readonly request: string | number; readonly limit: string | number | undefined },
  field: string,
): readonly Cause[] {
  if (limit === undefined) {
    return overcommitted.has(name) || !name.includes("/")
      ? []
      : [required(`${field}.limits`, "Limit must be set for non overcommitable resources")];
  }
  if (!overcommitted.has(name) && amount(request) !== amount(limit)) {
    return [invalidValue(`${field}.requests`, String(request), `must be equal to ${name} limit of ${limit}`)];
  }
  return amount(request) > amount(limit)
    ? [invalidValue(`${field}.requests`, String(request), `must be less than or equal to ${name} limit of ${limit}`)]
    : [];
}
