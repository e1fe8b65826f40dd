/**
 * Runs `fn` over `items`, at most `limit` at a time, and resolves with the results in the order of the items. The first
 * failure starts no more, aborts the signal that the others were given, waits for them and rejects with that failure;
 * abort of `signal` does the same with its reason.
 */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  fn: (item: T, context: { readonly signal: AbortSignal; readonly index: number }) => Promise<R>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<R[]> {
  if (!(limit >= 1)) throw new RangeError(`limit must be 1 or more, found ${limit}`);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  signal.throwIfAborted();
  const results: R[] = Array.from({ length: items.length });
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      signal.throwIfAborted();
      const index = next;
      next += 1;
      results[index] = await fn(items[index] as T, { signal, index });
    }
  };
  let failure: { readonly error: unknown } | undefined;
  const worker = (): Promise<void> =>
    work().catch((error: unknown) => {
      failure ??= { error };
      stop.abort(error);
    });
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}
