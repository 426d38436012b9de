/** Shorter ones are common words: hiding those would hide everything else. */
const CHARACTERS_MIN = 6;
const MASK = "***";
const MASK_BYTES = Buffer.from(MASK);

/** Hides the secret values that one run has read, wherever the run's text is kept. */
export class ValueMask {
  #texts: string[] = [];
  #bytes: Buffer[] = [];

  /** Every text and number inside of `value`, as it is and as it looks inside JSON. */
  add(value: unknown): void {
    const found = new Set(this.#texts);
    for (const text of leavesOf(value)) {
      for (const form of [text, JSON.stringify(text).slice(1, -1)])
        if (form.length >= CHARACTERS_MIN) found.add(form);
    }
    // The longest first: one value may contain another.
    this.#texts = [...found].sort((a, b) => b.length - a.length);
    this.#bytes = this.#texts.map((text) => Buffer.from(text));
  }

  hideText(text: string): string {
    return this.#texts.reduce((hidden, value) => hidden.replaceAll(value, MASK), text);
  }

  hideBytes(bytes: Buffer): Buffer {
    return this.#bytes.reduce(replaceAll, bytes);
  }
}

function* leavesOf(value: unknown): Generator<string> {
  if (typeof value === "string" || typeof value === "number") yield String(value);
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) yield* leavesOf(item);
}

function replaceAll(bytes: Buffer, value: Buffer): Buffer {
  let at = bytes.indexOf(value);
  if (at === -1) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (; at !== -1; at = bytes.indexOf(value, from)) {
    parts.push(bytes.subarray(from, at), MASK_BYTES);
    from = at + value.byteLength;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
