import type {
  ExecutionScope,
  SetupEventHead,
  TeardownEventHead,
  TriggerRegistration,
  WireEvent,
} from "@floww/contract/abi";
import { callHost } from "../call-host.ts";
import type { Context } from "../context.ts";
import { runHandler } from "../run-handler.ts";
import { decodeValue, encodeValue } from "../value-codec.ts";

/** What a webhook's `setup` gets. */
export interface WebhookSetup {
  webhookUrl: string;
  /** Keeps what `teardown` will need, such as the id that the other side gave to the address; 64 kB at most. */
  setMetadata(metadata: unknown): Promise<void>;
  ctx: Context;
}

/** What a webhook's `teardown` gets. */
export interface WebhookTeardown {
  webhookUrl: string;
  /** What `setup` kept last; undefined when it kept nothing. */
  getMetadata<Metadata = unknown>(): Promise<Metadata | undefined>;
  ctx: Context;
}

/** For services that Floww does not know: to tell them the webhook's address, and to take it back. */
export interface WebhookAddress {
  /**
   * Runs after the deploy that makes the address live, and again when the address is another one; not with every deploy. It
   * is a run like any other: recorded, retried, with steps, secrets and providers. Not in `floww dev`.
   */
  setup?: (given: WebhookSetup) => void | Promise<void>;
  /** Runs once the active version does not listen there any more, as the code of the last one that did. */
  teardown?: (given: WebhookTeardown) => void | Promise<void>;
}

/** How a registration runs them. */
export function addressHandlersOf({
  setup,
  teardown,
}: WebhookAddress): Pick<TriggerRegistration, "setup" | "teardown"> {
  return {
    ...(setup === undefined
      ? {}
      : {
          setup: (scope: ExecutionScope, { head }: WireEvent) =>
            withContext(scope, (ctx) =>
              setup({ webhookUrl: (head as SetupEventHead).webhookUrl, setMetadata, ctx }),
            ),
        }),
    ...(teardown === undefined
      ? {}
      : {
          teardown: (scope: ExecutionScope, { head }: WireEvent) =>
            withContext(scope, (ctx) =>
              teardown({ webhookUrl: (head as TeardownEventHead).webhookUrl, getMetadata, ctx }),
            ),
        }),
  };
}

function withContext(scope: ExecutionScope, work: (ctx: Context) => void | Promise<void>): Promise<unknown> {
  return runHandler(scope, work, undefined);
}

async function setMetadata(metadata: unknown): Promise<void> {
  await callHost("webhook.setMetadata", { value: encodeValue(metadata) });
}

async function getMetadata<Metadata>(): Promise<Metadata | undefined> {
  const { value } = await callHost("webhook.getMetadata", {});
  // What it was when it was kept; only its author knows its type.
  return value === null ? undefined : (decodeValue(value) as Metadata);
}
