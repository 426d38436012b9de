/** Where to go after signing in: a path of this server, whatever was asked for. */
export function safeNext(next: string | null | undefined, publicUrl: URL): string {
  if (next === null || next === undefined || !next.startsWith("/")) return DEFAULT_NEXT;
  // The browser's own rules decide what it means: blanks, backslashes and dots included.
  const url = URL.parse(next, publicUrl.origin);
  if (url === null || url.origin !== publicUrl.origin || url.pathname.startsWith("//")) return DEFAULT_NEXT;
  return url.pathname + url.search;
}

const DEFAULT_NEXT = "/";
