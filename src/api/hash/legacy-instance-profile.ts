import { hashString } from "./fnv.ts";

const nameOfIam = /^[\w+=,.@-]{1,128}$/;

/**
 * The instance profile that upstream made for a node class before its names held a random part; undefined where IAM could
 * never have taken that name (spec: aws 3.10 and 7.2).
 */
export function legacyInstanceProfileName(of: {
  readonly clusterName: string;
  readonly region: string;
  readonly className: string;
}): string | undefined {
  const name = `${of.clusterName}_${hashString(of.region + of.className)}`;
  return nameOfIam.test(name) ? name : undefined;
}
