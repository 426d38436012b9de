/** The budgets of the project, as numbers. */
export const limits = {
  fileLinesMax: 400,
  fileLinesP95: 350,
  anyPerThousandLines: 0.5,
  suppressionsPerThousandLines: 1,
  typedThrowsShare: 0.9,
} as const;
