import { expect, test } from "vitest";
import { canonicalQuantity } from "./canonical-quantity.ts";

test.each([
  ["1000m", "1"],
  ["0.5", "500m"],
  [2, "2"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["0.5Ki", "512"],
  ["1500", "1500"],
  ["1000", "1k"],
  ["1e3", "1e3"],
  ["12e6", "12e6"],
  ["0", "0"],
  ["-500m", "-500m"],
  ["0.0000000001", "1n"],
  ["1e400", undefined],
  ["0.5 pods", undefined],
  ["", undefined],
])("%s is written %s", (text, canonical) => expect(canonicalQuantity(text)).toBe(canonical));
