/** What was decided about an inbound request. */
export const deliveryVerdicts = [
  "accepted",
  "no_route",
  "bad_signature",
  "duplicate",
  "too_large",
  "filtered",
  "paused",
  /** For a laptop. */
  "dev",
  /** A vendor's ping or challenge. */
  "handshake",
] as const;
