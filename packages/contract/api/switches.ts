/** What an administrator can turn off for the whole server. All are on at first. */
export const switchNames = [
  /** New versions and rollbacks. */
  "deploys",
  /** Laptops that listen; those that do are ended. */
  "devSessions",
  /** Uploads to the image registry. */
  "registryPushes",
  /** Invitations, and joining by one. */
  "invitations",
  /** Schedules: due ticks are left out while it is off. */
  "schedules",
  /** New deliveries: callers get 503 with Retry-After, and nothing is recorded. */
  "webhooks",
] as const;
export type SwitchName = (typeof switchNames)[number];
