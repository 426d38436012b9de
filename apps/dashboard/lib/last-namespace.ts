const KEY = "floww.namespace";

/** Where the person was last, so that `/` leads back there. */
export function keepNamespace(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // Storage is off: `/` leads to the first.
  }
}

export function lastNamespace(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
