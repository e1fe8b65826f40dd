/** Calls that an account may deny: each answer says which action it would have taken. */

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly needs: string; readonly reason: string };

/** What an answer holds when there is one. */
export type ValueOf<T> = Extract<T, { readonly ok: true }> extends { readonly value: infer Value } ? Value : never;

/** A call that failed, by the action of IAM that it needs. */
class FailedCall extends Error {
  readonly action: string;

  constructor(action: string, cause: unknown) {
    super(reasonOf(cause), { cause });
    this.action = action;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/\s+/g, " ").trim();
  return `${error.name}${text === "" || text === error.name ? "" : `: ${text.slice(0, 200)}`}`;
}

/** The same call; when it fails, the action goes with the error. */
export async function asking<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof FailedCall ? error : new FailedCall(action, error);
  }
}

/** What the calls within give, or the first that was denied. An abort and faults of our own go on as they are. */
export async function answered<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailedCall) return { ok: false, needs: error.action, reason: error.message };
    throw error;
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof FailedCall &&
  error.cause instanceof Error &&
  /NonExistentQueue|QueueDoesNotExist|NotFound/.test(`${error.cause.name} ${codeOf(error.cause)}`);

const codeOf = (error: Error): string => ("Code" in error && typeof error.Code === "string" ? error.Code : "");

const mostPages = 1_000;

/** All items, page after page; `next` is the token of a page, absent at the first. */
export async function allPages<Output, Item>(
  page: (next: string | undefined) => Promise<Output>,
  read: (output: Output) => { readonly items: readonly Item[] | undefined; readonly next: string | undefined },
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let count = 0; count < mostPages; count++) {
    const { items = [], next } = read(await page(token));
    all.push(...items);
    if (next === undefined || next === "") break;
    token = next;
  }
  return all;
}
