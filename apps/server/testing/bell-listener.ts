import type { Bell } from "@floww/contract/api";
import { Centrifuge } from "centrifuge";
import { WebSocket } from "ws";

interface Opened {
  url: string;
  channel: string;
  connectionToken: string;
  subscriptionToken: string;
}

type OpenAgain = () => Promise<Opened>;

/** Who listens to a namespace's bells, as the dashboard does. */
export class BellListener {
  readonly bells: Bell[] = [];
  readonly #client: Centrifuge;
  #woken: () => void = () => undefined;

  private constructor({ url, channel, connectionToken, subscriptionToken }: Opened, openAgain?: OpenAgain) {
    const fresh = (name: "connectionToken" | "subscriptionToken") =>
      openAgain === undefined ? {} : { getToken: async () => (await openAgain())[name] };
    this.#client = new Centrifuge(url, {
      token: connectionToken,
      websocket: WebSocket,
      ...fresh("connectionToken"),
    });
    const subscription = this.#client.newSubscription(channel, {
      token: subscriptionToken,
      ...fresh("subscriptionToken"),
    });
    subscription.on("publication", ({ data }) => {
      this.bells.push(data as Bell);
      this.#woken();
    });
    subscription.subscribe();
  }

  /** Resolves when it is subscribed. Without `openAgain` it listens as long as its tokens last. */
  static async open(opened: Opened, openAgain?: OpenAgain): Promise<BellListener> {
    const listener = new BellListener(opened, openAgain);
    listener.#client.connect();
    await listener.#client.getSubscription(opened.channel)?.ready(10_000);
    return listener;
  }

  get client(): Centrifuge {
    return this.#client;
  }

  /** The first bell like that, which may have rung already. */
  async hear(isWanted: (bell: Bell) => boolean): Promise<Bell> {
    for (;;) {
      const heard = this.bells.find(isWanted);
      if (heard !== undefined) return heard;
      await new Promise<void>((resolve) => {
        this.#woken = resolve;
      });
    }
  }

  /** One that names the execution. */
  hearOf(executionId: string): Promise<Bell> {
    return this.hear((bell) => bell.kind === "executions" && bell.ids.split(",").includes(executionId));
  }

  forget(): void {
    this.bells.length = 0;
  }

  [Symbol.dispose](): void {
    this.#client.disconnect();
  }
}
