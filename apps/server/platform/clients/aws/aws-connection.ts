/** A large part may take its time; a network that is gone must not take ours. */
const CONNECT_MS_MAX = 5_000;
const REQUEST_MS_MAX = 60_000;
/** The first one, and what AWS's client tries again by itself with pauses: throttles, 5xx, broken connections. */
const ATTEMPTS_MAX = 4;

/** How every client of AWS's is opened, with the credentials that AWS's own rules find: environment, profile, role. */
export const awsConnection = {
  maxAttempts: ATTEMPTS_MAX,
  requestHandler: {
    connectionTimeout: CONNECT_MS_MAX,
    requestTimeout: REQUEST_MS_MAX,
    // Without it the time is only written about.
    throwOnRequestTimeout: true,
  },
} as const;
