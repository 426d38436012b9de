import { ANSWER_SYMBOL, type ExecutionScope } from "@floww/contract/abi";
import { createRunContext } from "./context.ts";
import type { Rollback } from "./durable/durable.ts";
import { retryOf } from "./durable/retries.ts";
import type { Handler } from "./handler.ts";

/** One start of a handler: what it journalled is held against what it asks for, and undone when it fails for good. */
export async function runHandler<Event>(
  scope: ExecutionScope,
  handler: Handler<Event>,
  event: Event,
): Promise<unknown> {
  const { context, rollbacks, finish } = createRunContext(scope);
  try {
    const value = await handler(context, event);
    await finish();
    return value;
  } catch (thrown) {
    const isFinal = scope.isLastAttempt !== false || retryOf(thrown) === false;
    if (isFinal && rollbacks.length > 0 && !isAnswer(thrown)) await rollBack(context, rollbacks);
    throw thrown;
  }
}

const ROLLBACK_RETRIES = { limit: 2, minDelay: 200, maxDelay: 500 } as const;

/** The last first. One that cannot be undone keeps none of the others from it. */
async function rollBack(
  context: ReturnType<typeof createRunContext>["context"],
  rollbacks: readonly Rollback[],
): Promise<void> {
  for (const { name, undo } of rollbacks.toReversed()) {
    try {
      await context.step(name, async (info) => void (await undo(info)), { retries: ROLLBACK_RETRIES });
    } catch (error) {
      context.logger.error(`${name}:`, error);
    }
  }
}

function isAnswer(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && ANSWER_SYMBOL in thrown;
}
