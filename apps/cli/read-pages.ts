/** A list that grew past this is not one to print; the API has cursors for programs. */
const PAGES_MAX = 20;

/** All items of a paged route. */
export async function readPages<T>(
  read: (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor?: string | undefined }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: { cursor?: string } = {};
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await read(cursor);
    items.push(...page.items);
    if (page.nextCursor === undefined) break;
    cursor = { cursor: page.nextCursor };
  }
  return items;
}
