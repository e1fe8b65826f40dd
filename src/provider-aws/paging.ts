/** Asks page after page until no token comes back; an absent list counts as empty. */
export async function allPages<Item, Page extends { readonly NextToken?: string | undefined }>(
  ask: (token: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    for (const item of itemsOf(page) ?? []) items.push(item);
    token = page.NextToken === "" ? undefined : page.NextToken;
  } while (token !== undefined);
  return items;
}

/** The token as a field of a request; the first request has none. */
export const pageToken = (token: string | undefined): { readonly NextToken?: string } =>
  token === undefined ? {} : { NextToken: token };
