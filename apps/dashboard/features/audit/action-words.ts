const SPELLED: Record<string, string> = { api: "API", kv: "KV", id: "ID", url: "URL" };

/** `createApiKey` as `Create API key`. */
export function actionWords(action: string): string {
  const words = action
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(" ")
    .map((word) => SPELLED[word] ?? word)
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
