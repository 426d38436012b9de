/** Each of them has waited for PostgreSQL's deadlock_timeout before. */
const ATTEMPTS_MAX = 5;
/** Of transactions that wait for each other one is ended; and one that cannot be put in order with another. */
const VICTIM: ReadonlySet<unknown> = new Set(["40P01", "40001"]);

/**
 * For one statement or one transaction: PostgreSQL may end it so that another can go on. Nothing of it was done then, and
 * it is done again from its beginning.
 */
export async function outlastDeadlock<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !VICTIM.has((error as { code?: unknown }).code)) throw error;
    }
  }
}
