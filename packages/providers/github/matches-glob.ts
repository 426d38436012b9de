/**
 * Whether a name fits a pattern in which `*` stands for anything but slashes and `**` for anything at all, as GitHub
 * Actions has it. Time is bounded by the product of both lengths, whatever the pattern: it runs on the server.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  const parts = pattern.match(/\*+|[^*]/gsu) ?? [];
  const letters = [...name];
  // reached[n]: the pattern so far fits the first n letters.
  let reached = letters.map(() => false);
  reached.unshift(true);
  for (const part of parts)
    reached = isStar(part) ? afterStar(reached, letters, part) : afterLetter(reached, letters, part);
  return reached[letters.length] === true;
}

function isStar(part: string): boolean {
  return part.startsWith("*");
}

function afterStar(reached: readonly boolean[], letters: readonly string[], star: string): boolean[] {
  let isInside = false;
  return reached.map((isReached, count) => {
    const goesOn = isInside && (star.length > 1 || letters[count - 1] !== "/");
    isInside = isReached || goesOn;
    return isInside;
  });
}

function afterLetter(reached: readonly boolean[], letters: readonly string[], letter: string): boolean[] {
  return reached.map((_, count) => count > 0 && reached[count - 1] === true && letters[count - 1] === letter);
}
