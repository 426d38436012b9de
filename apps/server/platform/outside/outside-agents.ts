import { type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { connectOutside, type OutsideOptions } from "./connect-outside.ts";

type Created = (error: Error | null, stream: Duplex) => void;

const IDLE_MS_MAX = 30_000;
const SETTINGS = { keepAlive: true, keepAliveMsecs: 1_000, timeout: IDLE_MS_MAX, maxFreeSockets: 16 };

/** Connections that the server itself opens for a tenant: only to where tenants may go, whatever a name resolves to. */
export interface OutsideAgents {
  http: HttpAgent;
  https: HttpsAgent;
  close(): void;
}

export function createOutsideAgents(options: OutsideOptions): OutsideAgents {
  const http = new OutsideHttpAgent(options);
  const https = new OutsideHttpsAgent(options);
  return {
    http,
    https,
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

class OutsideHttpAgent extends HttpAgent {
  readonly #outside: OutsideOptions;

  constructor(outside: OutsideOptions) {
    super(SETTINGS);
    this.#outside = outside;
  }

  override createConnection({ host, port }: ClientRequestArgs, created: Created): undefined {
    connectOutside(host ?? "", Number(port), this.#outside).then(
      (socket) => created(null, socket),
      (error: unknown) => created(error as Error, undefined as never),
    );
  }
}

class OutsideHttpsAgent extends HttpsAgent {
  readonly #outside: OutsideOptions;

  constructor(outside: OutsideOptions) {
    super(SETTINGS);
    this.#outside = outside;
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, created: Created): undefined {
    const { host, port, servername } = options;
    connectOutside(host ?? "", Number(port), this.#outside).then(
      (socket) => {
        const secure = connectTls({
          socket,
          servername: servername ?? host ?? "",
          ALPNProtocols: ["http/1.1"],
        });
        const refuse = (error: Error) => created(error, undefined as never);
        secure.once("error", refuse);
        secure.once("secureConnect", () => {
          secure.off("error", refuse);
          created(null, secure);
        });
      },
      (error: unknown) => created(error as Error, undefined as never),
    );
  }
}
