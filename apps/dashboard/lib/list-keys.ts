/** Rows that `j` and `k` walk through carry this attribute on their link. */
export const ROW_LINK = "data-row-link";

/** True while a key means a letter and nothing else. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable=true], [role=combobox]") !== null
  );
}

/** `j` and `k` move the focus down and up the rows of the screen; Enter opens, as on any link. */
export function walkRows(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`)];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at === -1 ? (event.key === "j" ? 0 : rows.length - 1) : at + (event.key === "j" ? 1 : -1);
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
  event.preventDefault();
}
