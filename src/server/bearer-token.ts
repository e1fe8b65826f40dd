import { createHash, timingSafeEqual } from "node:crypto";

const digestOf = (value: string): Buffer => createHash("sha256").update(value).digest();

/** Whether `Authorization: Bearer TOKEN` was brought. Takes the same time wherever two texts differ, and however long they are. */
export const bringsToken = (authorization: string | undefined, token: string): boolean =>
  timingSafeEqual(digestOf(authorization ?? ""), digestOf(`Bearer ${token}`));
