import { EventStreamCodec } from "@smithy/core/event-streams";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

export function payloadChunk(bytes: Buffer): Uint8Array {
  return message("PayloadChunk", "application/octet-stream", bytes);
}

export function invokeComplete(end: {
  errorCode?: string;
  errorDetails?: string;
  logTail: string;
}): Uint8Array {
  const said = {
    ...(end.errorCode === undefined ? {} : { ErrorCode: end.errorCode }),
    ...(end.errorDetails === undefined ? {} : { ErrorDetails: end.errorDetails }),
    LogResult: Buffer.from(end.logTail).subarray(-4_096).toString("base64"),
  };
  return message("InvokeComplete", "application/json", Buffer.from(JSON.stringify(said)));
}

function message(eventType: string, contentType: string, body: Uint8Array): Uint8Array {
  const text = (value: string) => ({ type: "string" as const, value });
  return codec.encode({
    headers: {
      ":message-type": text("event"),
      ":event-type": text(eventType),
      ":content-type": text(contentType),
    },
    body,
  });
}
