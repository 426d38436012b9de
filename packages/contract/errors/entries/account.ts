import { entry } from "./entry.ts";

/** Setting an AWS account up. */
export const accountErrors = () => ({
  ACCOUNT_RESOURCE_FOREIGN: entry(
    409,
    "caller",
    "Something in the AWS account has a name that this set-up wants, and was not made by it.",
    "Choose another --prefix, or rename or remove what the message names. Nothing of it was changed.",
  ),
  ACCOUNT_RESOURCE_UNFIT: entry(
    409,
    "caller",
    "Something of this set-up in the AWS account was changed so that it may not be used.",
    "Take back what the message names; the set-up removes nothing that it did not make.",
  ),
  ACCOUNT_REFUSED: entry(
    400,
    "caller",
    "AWS refused what the set-up asked for.",
    "See that the credentials may do what docs/aws-account.md lists; then run the command again, which goes on where it was.",
  ),
  ACCOUNT_UNAVAILABLE: entry(
    503,
    "outside",
    "AWS could not be reached, or is too busy.",
    "Run the command again: it goes on where it was.",
  ),
});
