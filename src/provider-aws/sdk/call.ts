import type { CallOptions } from "../contract/index.ts";

/** The SDK's types have mutable lists where the contract has read-only ones. The SDK only reads what it is given. */
export type Mutable<T> = T extends readonly (infer Member)[]
  ? Mutable<Member>[]
  : T extends Date
    ? T
    : T extends object
      ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
      : T;

type Send<Input, Output> = (input: Input, options: { readonly abortSignal?: AbortSignal }) => Promise<Output>;

/** A call of the contract made of a command of the SDK. An abort rejects with the signal's own reason. */
export function call<Input, Output>(
  send: Send<Mutable<Input>, Output>,
): (input: Input, options?: CallOptions) => Promise<Output> {
  return async (input, { signal } = {}) => {
    try {
      return await send(input as Mutable<Input>, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
}
