/** Catalogues of the recorded corpus as instance types (corpus/README.md, "Catalogue"). */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { labels } from "../../src/api/index.ts";
import {
  type InstanceType,
  noResources,
  type Offering,
  parseResources,
  type Resources,
  requirementIn,
  requirementOf,
  requirementsOf,
} from "../../src/core/index.ts";

export interface RecordedCatalogue {
  readonly wellKnownLabels: readonly string[];
  readonly instanceTypes: readonly RecordedType[];
}

export interface RecordedType {
  readonly name: string;
  readonly requirements: readonly {
    readonly key: string;
    readonly operator: "In" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly overhead: Readonly<Record<string, string>>;
  readonly offerings: readonly RecordedOffering[];
}

export interface RecordedOffering {
  readonly zone: string;
  readonly capacityType: string;
  readonly price: number;
  readonly available: boolean;
}

/** What a case changes about its catalogue. */
export interface CatalogueUse {
  readonly ref: string;
  readonly only?: readonly string[];
  readonly unavailable?: readonly {
    readonly instanceType?: string;
    readonly zone?: string;
    readonly capacityType?: string;
  }[];
  readonly reserved?: readonly {
    readonly instanceType: string;
    readonly zone: string;
    readonly reservationId: string;
    readonly capacity: number;
    readonly price: number;
  }[];
}

export const reservationLabel = "karpenter.k8s.aws/capacity-reservation-id";

/** From NAME.json in the folder, or NAME.json.gz. */
export function readCatalogue(folder: string, name: string): RecordedCatalogue {
  const plain = `${folder}/${name}.json`;
  const text = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  return JSON.parse(text.toString("utf8")) as RecordedCatalogue;
}

export function instanceTypesOf(catalogue: RecordedCatalogue, use: CatalogueUse): readonly InstanceType[] {
  return catalogue.instanceTypes
    .filter(({ name }) => use.only === undefined || use.only.includes(name))
    .map((type) => instanceTypeOf(type, use))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function instanceTypeOf(type: RecordedType, use: CatalogueUse): InstanceType {
  const reserved = use.reserved?.filter(({ instanceType }) => instanceType === type.name) ?? [];
  const offerings = [
    ...type.offerings.map((offering) => plainOffering(type.name, offering, use)),
    ...reserved.map(
      ({ zone, reservationId, capacity, price }): Offering => ({
        zone,
        capacityType: "reserved",
        price,
        available: true,
        reservationId,
        reservationCapacity: capacity,
        requirements: requirementsOf([
          requirementIn(labels.zone, zone),
          requirementIn(labels.capacityType, "reserved"),
          requirementIn(reservationLabel, reservationId),
        ]),
      }),
    ),
  ];
  const available = offerings.filter((offering) => offering.available);
  return {
    name: type.name,
    requirements: requirementsOf([
      ...type.requirements.map(requirementOf),
      requirementIn(labels.instanceType, type.name),
      listed(
        labels.zone,
        available.map(({ zone }) => zone),
      ),
      listed(
        labels.capacityType,
        available.map(({ capacityType }) => capacityType),
      ),
      ...(use.reserved === undefined
        ? []
        : [
            listed(
              reservationLabel,
              reserved.map(({ reservationId }) => reservationId),
            ),
          ]),
    ]),
    capacity: resources(type.capacity),
    overhead: { kubeReserved: resources(type.overhead), systemReserved: noResources, evictionThreshold: noResources },
    offerings,
  };
}

function plainOffering(instanceType: string, offering: RecordedOffering, use: CatalogueUse): Offering {
  const { zone, capacityType, price } = offering;
  const out = use.unavailable?.some(
    (rule) =>
      (rule.instanceType ?? instanceType) === instanceType &&
      (rule.zone ?? zone) === zone &&
      (rule.capacityType ?? capacityType) === capacityType,
  );
  return {
    zone,
    capacityType,
    price,
    available: offering.available && out !== true,
    requirements: requirementsOf([
      requirementIn(labels.zone, zone),
      requirementIn(labels.capacityType, capacityType),
      ...(use.reserved === undefined ? [] : [requirementOf({ key: reservationLabel, operator: "DoesNotExist" })]),
    ]),
  };
}

const listed = (key: string, values: readonly string[]) =>
  requirementOf(
    values.length === 0 ? { key, operator: "DoesNotExist" } : { key, operator: "In", values: [...new Set(values)] },
  );

function resources(quantities: Readonly<Record<string, string>>): Resources {
  const parsed = parseResources(quantities);
  if (!parsed.ok) throw new Error(`corpus catalogue: ${parsed.failure.map(({ message }) => message).join("; ")}`);
  return parsed.value;
}
