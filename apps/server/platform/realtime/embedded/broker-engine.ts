/**
 * Where publications are kept and handed on: history and pub/sub. One server keeps them in its memory; several servers on
 * one database need an implementation that reaches them all. Everything else of the broker is the same for both.
 */
export interface BrokerEngine {
  /** Appends to the channel's stream and hands it to every listener. `json` is the data as it goes over the wire. */
  publish(channel: string, json: string): Promise<void>;
  /**
   * When it resolves, every later publication of the channel reaches the listener, in order. A publication may come twice
   * or show a gap (its offset tells): the listener skips the first and ends with the second, so neither reaches a client.
   */
  listen(channel: string, listener: PublicationListener): Promise<StopListening>;
  /** What is kept after an offset, and where the stream stands now. A channel without a stream gets one. */
  history(channel: string, afterOffset: number): Promise<ChannelHistory>;
  close(): Promise<void>;
}

/** Offsets count the publications of one stream from 1; a lost stream starts again under another epoch. */
export interface StreamPosition {
  offset: number;
  epoch: string;
}

export interface Publication extends StreamPosition {
  json: string;
}

export interface ChannelHistory {
  /** Oldest first and without a hole between them; it may begin later than asked when the rest is gone. */
  publications: Publication[];
  position: StreamPosition;
}

export type PublicationListener = (publication: Publication) => void;
export type StopListening = () => void;
