/** The wire format of protobuf: numbered fields with varints, fixed numbers and lengths of bytes. */
export type WireValue = bigint | Buffer;

function varint(bytes: Buffer, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  let shift = 0n;
  for (let index = start; index < bytes.length && index < start + 10; index += 1) {
    const byte = bytes[index]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: index + 1 };
    shift += 7n;
  }
  throw new Error("the protobuf body ends in the middle of a number");
}

/** The fields of a message in order, as number and value; throws on a body that is cut off. */
export function fields(bytes: Buffer): readonly (readonly [number: number, value: WireValue])[] {
  const found: (readonly [number, WireValue])[] = [];
  let position = 0;
  while (position < bytes.length) {
    const tag = varint(bytes, position);
    const number = Number(tag.value >> 3n);
    const { value, end } = wireValue(bytes, tag.end, Number(tag.value & 7n));
    found.push([number, value]);
    position = end;
  }
  return found;
}

const fixedSizes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function wireValue(bytes: Buffer, start: number, type: number): { readonly value: WireValue; readonly end: number } {
  if (type === 0) return varint(bytes, start);
  const length = type === 2 ? varint(bytes, start) : { value: BigInt(fixedSizes[type] ?? -1), end: start };
  const end = length.end + Number(length.value);
  if (length.value < 0n || end > bytes.length) throw new Error("the protobuf body is malformed");
  return { value: bytes.subarray(length.end, end), end };
}

export function textOf(value: WireValue | undefined): string {
  return Buffer.isBuffer(value) ? value.toString("utf8") : "";
}

/** Integers are 64-bit two's complement; those of Kubernetes fit a double. */
export function integerOf(value: WireValue | undefined): number {
  return typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0;
}
