export interface AdminPage {
  beforeId: string | undefined;
  limit: number;
  search: string | undefined;
}

/** For `ilike`: what is typed is looked for as it is. */
export function containsPattern(search: string | undefined): string | undefined {
  return search === undefined || search === "" ? undefined : `%${search.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
