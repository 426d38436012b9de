/** Long enough that a person must think of a sentence; the upper bound keeps hashing cheap. */
export const passwordLength = { min: 10, max: 128 } as const;
