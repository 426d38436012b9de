const STEP_MS = 25;

/** Asks until there is an answer; the limit is for a machine ten times slower than it should be. */
export async function eventually<T>(ask: () => Promise<T | undefined>, limitMs = 60_000): Promise<T> {
  const until = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new RangeError(`No answer within ${limitMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
