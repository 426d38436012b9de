import type { BrokerEngine, Publication, StopListening } from "./broker-engine.ts";
import { type EncodedLine, encodeLine } from "./outbox.ts";

/** One client's place in a channel. */
export interface Member {
  readonly client: string;
  readonly subject: string;
  deliver(publication: Publication, line: EncodedLine): void;
}

/** Who of this server listens to which channel: one listener at the engine per channel, one encoding per publication. */
export class ChannelHub {
  readonly #engine: BrokerEngine;
  readonly #rooms = new Map<string, Room>();

  constructor(engine: BrokerEngine) {
    this.#engine = engine;
  }

  get channels(): number {
    return this.#rooms.size;
  }

  /** From when it resolves the member misses nothing; publications may reach it before. */
  async join(channel: string, member: Member): Promise<void> {
    const room = this.#rooms.get(channel) ?? this.#open(channel);
    room.members.add(member);
    try {
      await room.listening;
    } catch (error) {
      this.leave(channel, member);
      throw error;
    }
  }

  leave(channel: string, member: Member): void {
    const room = this.#rooms.get(channel);
    if (!room?.members.delete(member) || room.members.size > 0) return;
    this.#rooms.delete(channel);
    room.listening.then(
      (stop) => stop(),
      () => {}, // It never listened; whoever joined has been told.
    );
  }

  members(channel: string): readonly Member[] {
    return [...(this.#rooms.get(channel)?.members ?? [])];
  }

  #open(channel: string): Room {
    const members = new Set<Member>();
    const listening = this.#engine.listen(channel, (publication) => {
      const line = encodePublication(channel, publication);
      for (const member of members) member.deliver(publication, line);
    });
    const room = { members, listening };
    this.#rooms.set(channel, room);
    return room;
  }
}

interface Room {
  members: Set<Member>;
  listening: Promise<StopListening>;
}

/** The data is JSON already and goes in as it is. */
function encodePublication(channel: string, { json, offset }: Publication): EncodedLine {
  const text = `{"push":{"channel":${JSON.stringify(channel)},"pub":{"data":${json},"offset":${offset}}}}`;
  return { text, bytes: Buffer.byteLength(text) };
}

export function encodeUnsubscribed(channel: string, unsubscribe: object): EncodedLine {
  return encodeLine({ push: { channel, unsubscribe } });
}
