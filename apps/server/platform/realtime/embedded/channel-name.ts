import { refuse } from "./protocol.ts";

/**
 * Printable ASCII that does not begin with `$` or hold a `#`: for Centrifugo those mean private and for-these-users, and
 * a name must not mean one thing there and another here.
 */
export function isChannelName(name: string, bytesMax: number): boolean {
  return name.length <= bytesMax && /^(?!\$)[\x21\x22\x24-\x7e]+$/.test(name);
}

/** @throws CommandRefused `bad request` */
export function assertChannelName(name: string, bytesMax: number): void {
  if (!isChannelName(name, bytesMax)) throw refuse.badRequest();
}
