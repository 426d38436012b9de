/** What style elements that we make must carry for the page's policy. Browsers hide the attribute; the property has it. */
export function cspNonce(): string {
  return document.querySelector<HTMLElement>('meta[name="csp-nonce"]')?.nonce ?? "";
}
