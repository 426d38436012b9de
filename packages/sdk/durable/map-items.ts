/** Works on the items in order, so many at a time. After a failure none is begun; those under way end first. */
export async function mapItems<Item, T>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = new Array(items.length);
  const failures: unknown[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index]!, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, concurrency), items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
