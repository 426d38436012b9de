import type { BatchEventHead, WireEvent } from "@floww/contract/abi";

/** Several events of one trigger as one: their heads in the head, their bodies one after the other. */
export function joinEvents(events: readonly WireEvent[]): WireEvent {
  const head: BatchEventHead = {
    type: "batch",
    events: events.map((event) => ({ head: event.head, bodyBytes: event.body.byteLength })),
  };
  const body = new Uint8Array(events.reduce((bytes, event) => bytes + event.body.byteLength, 0));
  let end = 0;
  for (const event of events) {
    body.set(event.body, end);
    end += event.body.byteLength;
  }
  return { head, body };
}

/** One that came alone, as a replay of it does, is a batch of one. */
export function splitEvents({ head, body }: WireEvent): WireEvent[] {
  if (head.type !== "batch") return [{ head, body }];
  let end = 0;
  return head.events.map((event) => {
    const start = end;
    end += event.bodyBytes;
    return { head: event.head, body: body.subarray(start, end) };
  });
}
