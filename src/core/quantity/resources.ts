/**
 * Amounts of resources as integers in base units: cpu in milli-CPU, memory, ephemeral-storage and hugepages-* in bytes,
 * everything else in whole units. Keys absent mean zero. Values are exact integers (JS doubles up to 2^53; larger
 * amounts saturate, see `parseQuantity`). Never compared as fractions.
 */
export interface Resources {
  readonly [name: string]: number;
}

export const noResources: Resources = Object.freeze({});
