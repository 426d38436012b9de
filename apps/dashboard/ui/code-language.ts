import type { Extension } from "@codemirror/state";

export const codeLanguages = ["json", "javascript", "typescript", "text"] as const;
export type CodeLanguage = (typeof codeLanguages)[number];

/** A language's grammar, fetched when the first text of it is shown. */
export async function loadLanguage(language: CodeLanguage): Promise<Extension> {
  if (language === "text") return [];
  if (language === "json") return (await import("@codemirror/lang-json")).json();
  const { javascript } = await import("@codemirror/lang-javascript");
  return javascript({ typescript: language === "typescript", jsx: true });
}
