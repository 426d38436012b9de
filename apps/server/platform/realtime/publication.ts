import { FlowwError } from "@floww/contract/errors";
import type { RealtimeData } from "./realtime.ts";

/**
 * Printable ASCII that does not begin with `$` or hold `#` or `:`: for Centrifugo those mean private, for these users and
 * of that namespace, and a name must not mean one thing there and another here.
 */
export function isChannelName(name: string, bytesMax: number): boolean {
  return name.length <= bytesMax && /^(?!\$)[\x21\x22\x24-\x39\x3b-\x7e]+$/.test(name);
}

/** As JSON. @throws FlowwError REALTIME_PUBLICATION_INVALID */
export function encodePublication(
  { channel, data }: { channel: string; data: RealtimeData },
  { channelNameBytesMax, publicationBytesMax }: { channelNameBytesMax: number; publicationBytesMax: number },
): string {
  if (!isChannelName(channel, channelNameBytesMax))
    throw new FlowwError("REALTIME_PUBLICATION_INVALID", "The name of the channel cannot be used.");
  const json = JSON.stringify(data);
  const bytes = Buffer.byteLength(json);
  if (bytes <= publicationBytesMax) return json;
  throw new FlowwError(
    "REALTIME_PUBLICATION_INVALID",
    `A publication of ${bytes} bytes is over the limit of ${publicationBytesMax}.`,
  );
}
