import { type Html, html } from "./html.ts";

export const STYLE_PATH = "/pages/style.css";

/** The frame of every page: one stylesheet of ours, and the script that the page asks for, if any. */
export function layout({ title, body, script }: { title: string; body: Html; script?: string }): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Floww</title>
<link rel="stylesheet" href="${STYLE_PATH}">
${script === undefined ? undefined : html`<script src="${script}" defer></script>`}
</head>
<body>
<div class="brand"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" aria-hidden="true"><path d="M3 8c3-4 6-4 9 0s6 4 9 0"/><path d="M3 16c3-4 6-4 9 0s6 4 9 0"/></svg>Floww</div>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return page.text;
}

export function problemBox(problem: string | undefined): Html | undefined {
  return problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`;
}

export interface Field {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autocomplete: string;
  value?: string;
  hint?: string;
  isReadonly?: boolean;
  minLength?: number;
  maxLength?: number;
}

export function field(one: Field): Html {
  const hint = one.hint === undefined ? undefined : html` <small>${one.hint}</small>`;
  const readonly = one.isReadonly === true ? html` readonly` : undefined;
  const shortest = one.minLength === undefined ? undefined : html` minlength="${one.minLength}"`;
  const longest = one.maxLength === undefined ? undefined : html` maxlength="${one.maxLength}"`;
  return html`<label><span>${one.label}${hint}</span>
<input name="${one.name}" type="${one.type}" autocomplete="${one.autocomplete}" value="${one.value ?? ""}" required${readonly}${shortest}${longest}></label>
`;
}
