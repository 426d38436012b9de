const SPELLED: Record<string, string> = { api: "API", kv: "KV", id: "ID", url: "URL" };

/** `createApiKey` as `Create API key`. */
export function actionWords(action: string): string {
  const words = plainWords(action);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `apiKey` as `API key`. */
export function plainWords(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(" ")
    .map((word) => SPELLED[word] ?? word)
    .join(" ");
}
