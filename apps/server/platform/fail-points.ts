import { channel } from "node:diagnostics_channel";

/**
 * The moments on an event's way between which something is promised and not yet kept, for whoever wants to know what
 * happens when the server dies exactly there. A point that nobody listens to costs a look at a flag.
 */
const points = {
  /** All of the request is here, nothing is recorded. */
  received: channel("floww:received"),
  /** Delivery and execution are in the database, nobody was told. */
  committed: channel("floww:committed"),
  /** The execution is this server's, its code not called yet. */
  started: channel("floww:started"),
  /** The code is through, its end not recorded. */
  finished: channel("floww:finished"),
  /** The end is recorded, its caller not told. */
  ended: channel("floww:ended"),
  /** The answer was handed to the connection. */
  acknowledged: channel("floww:acknowledged"),
  /** What was switched or recorded was told to the other servers or the queue. */
  published: channel("floww:published"),
};

export type FailPoint = keyof typeof points;

export function passFailPoint(point: FailPoint): void {
  if (points[point].hasSubscribers) points[point].publish(point);
}
