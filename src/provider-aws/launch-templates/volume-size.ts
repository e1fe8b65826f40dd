import { resourceNames } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { gibibyte } from "../catalogue/index.ts";

/** EC2 counts volumes in whole GiB: rounded up. Undefined when the text is no quantity. */
export function volumeSizeGib(text: string): number | undefined {
  const bytes = parseAmount(resourceNames.ephemeralStorage, text);
  return bytes.ok ? Math.ceil(bytes.value / gibibyte) : undefined;
}
