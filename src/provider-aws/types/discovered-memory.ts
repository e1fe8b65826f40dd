import type { EC2NodeClass } from "../../api/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";

/** Memory that nodes really had, by type and images of the class (spec: aws 2.9). */
export interface DiscoveredMemory {
  /** Keeps the value unless a smaller one is known; equal ones live on for another sixty days. */
  learn(found: {
    readonly type: string;
    readonly images: string;
    readonly bytes: number;
    /** What the type is listed with now; a node that confirms it changes nothing. */
    readonly listed: number | undefined;
  }): void;
  /** What to ask for the types of a class with these images. */
  reader(images: string): (type: string) => number | undefined;
  /** Changes with every value that counts for these images. */
  versionOf(images: string): number;
}

const day = 24 * 3_600_000;

/** Text equal for classes with equal images. */
export const imagesKey = ({ status }: EC2NodeClass): string =>
  (status?.amis ?? [])
    .map(({ id }) => id)
    .sort()
    .join();

export function createDiscoveredMemory({
  clock,
  log,
}: {
  readonly clock: Clock;
  readonly log: Logger;
}): DiscoveredMemory {
  const known = createExpiringMap<number>({ clock, ttlMilliseconds: 60 * day });
  const versions = new Map<string, number>();
  const keyOf = (type: string, images: string): string => `${type} ${images}`;
  return {
    learn: ({ type, images, bytes, listed }) => {
      const key = keyOf(type, images);
      const before = known.get(key);
      if (before !== undefined && before < bytes) return;
      known.set(key, bytes);
      if (before === bytes || (before === undefined && listed === bytes)) return;
      versions.set(images, (versions.get(images) ?? 0) + 1);
      log.debug("learned the memory of an instance type", { "instance-type": type, bytes, before });
    },
    reader: (images) => (type) => known.get(keyOf(type, images)),
    versionOf: (images) => versions.get(images) ?? 0,
  };
}
