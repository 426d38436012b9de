export function hooksPath(target: string): string {
  return `/repos/${target.split("/").map(encodeURIComponent).join("/")}/hooks`;
}

export function hookPath(target: string, id: string): string {
  return `${hooksPath(target)}/${encodeURIComponent(id)}`;
}
