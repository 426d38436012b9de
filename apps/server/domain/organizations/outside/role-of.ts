import { isRoleAtMost, type Role } from "@floww/contract/api";

const LEAST: Role = "viewer";

/** The highest that a word among them gives; the least, when none of them means anything here. */
export function roleOf(
  words: readonly string[],
  roles: Readonly<Record<string, Role>>,
): { role: Role; isUnknown: boolean } {
  const known = words.flatMap((word) => (Object.hasOwn(roles, word) ? [roles[word]!] : []));
  const role = known.reduce((best, one) => (isRoleAtMost(best, one) ? one : best), LEAST);
  return { role, isUnknown: known.length === 0 };
}
