/** One line of `npm run check`. */
export interface Step {
  readonly name: string;
  /** What is wrong, ready to print, each with what to do; an empty list is green. */
  run(root: string): Promise<readonly string[]>;
}
