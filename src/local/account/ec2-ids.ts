import type { Random } from "../../platform/index.ts";

/** The account that all of it belongs to. */
export const accountId = "123456789012";

/** Ids as EC2 makes them: a prefix and 17 hexadecimal digits, never the same twice. */
export function createEc2Ids(random: Random): (prefix: string) => string {
  const used = new Set<string>();
  return (prefix) => {
    for (;;) {
      const digits = Array.from({ length: 16 }, () => random.integer(16).toString(16)).join("");
      const id = `${prefix}-0${digits}`;
      if (used.has(id)) continue;
      used.add(id);
      return id;
    }
  };
}
