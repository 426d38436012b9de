/** One small stylesheet for all pages, light and dark, from a phone up. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --ink: #14171f; --soft: #5b6272; --line: #dfe2e8;
  --accent: #3b5bdb; --accent-ink: #ffffff; --danger: #c92a2a; --danger-ground: #fdecec; --code: #eef1f8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --card: #171b22; --ink: #e8eaf0; --soft: #98a1b3; --line: #2a303b;
    --accent: #7c95ff; --accent-ink: #0e1116; --danger: #ff8787; --danger-ground: #2d1a1c; --code: #10141b;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 1.25rem; padding: 1.5rem 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.brand { display: flex; align-items: center; gap: .5rem; font-weight: 700; font-size: 1.125rem; letter-spacing: -.01em; }
.brand svg { width: 1.5rem; height: 1.5rem; color: var(--accent); }
main {
  width: 100%; max-width: 25rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.75rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 8px 24px rgb(0 0 0 / .06);
}
h1 { margin: 0 0 .375rem; font-size: 1.375rem; line-height: 1.25; letter-spacing: -.02em; }
p { margin: 0 0 1rem; color: var(--soft); overflow-wrap: anywhere; }
p strong { color: var(--ink); }
form { margin: 1.25rem 0 0; display: grid; gap: 1rem; }
label { display: grid; gap: .375rem; font-size: .875rem; font-weight: 600; }
label small { font-weight: 400; color: var(--soft); }
input {
  font-family: inherit; font-size: 1rem; font-weight: 400; width: 100%; padding: .6rem .75rem; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: 9px;
}
input[readonly] { color: var(--soft); background: var(--ground); }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
input.code { font: 600 1.375rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; text-align: center; letter-spacing: .12em; text-transform: uppercase; }
button {
  font: inherit; font-weight: 600; width: 100%; padding: .65rem 1rem; border-radius: 9px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink);
}
button:hover { filter: brightness(1.06); }
button.plain { background: transparent; border-color: var(--line); color: var(--ink); }
.choice { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
.problem {
  margin: 1rem 0 0; padding: .7rem .85rem; border-radius: 9px; background: var(--danger-ground); color: var(--danger);
  font-size: .9375rem;
}
.show-code {
  margin: 1.25rem 0; padding: .9rem; border-radius: 10px; background: var(--code); color: var(--ink); text-align: center;
  font: 600 1.75rem/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: .1em;
}
dl { margin: 1.25rem 0 0; border-top: 1px solid var(--line); }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); white-space: nowrap; }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; min-width: 0; }
a { color: var(--accent); }
@media (max-width: 26rem) {
  body { justify-content: flex-start; padding-top: 2.5rem; }
  main { padding: 1.375rem; }
}
`;
