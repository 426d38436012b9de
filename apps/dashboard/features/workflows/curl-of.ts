/** A line that works as pasted into a shell. */
export function curlOf(method: string, url: string): string {
  const quoted = `'${url.replaceAll("'", "'\\''")}'`;
  if (method === "GET") return `curl ${quoted}`;
  const verb = method === "POST" ? "" : `-X ${method} `;
  return `curl ${verb}-H 'content-type: application/json' -d '{}' ${quoted}`;
}
