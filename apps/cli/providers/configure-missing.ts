import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { configureProvider } from "./configure-provider.ts";
import { providersMissing } from "./match-providers.ts";
import { describeProvider } from "./print-provider.ts";
import {
  findProvider,
  getProviderType,
  listProviders,
  type Provider,
  type ProviderName,
  shownName,
} from "./provider-name.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Asks a person for what the code uses and nobody configured yet. A question goes away when somebody else answers it,
 * through the API or a page. Resolves early when `signal` rings: there may be nothing left to ask then.
 *
 * @throws FlowwError PROVIDER_MISSING when nobody is there, or the person turned away
 */
export async function configureMissing(
  session: Session,
  terminal: Terminal,
  missing: readonly ProviderName[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  if (!terminal.isInteractive) throw providersMissing(missing, session.namespace.name);
  for (const name of missing) {
    if (signal.aborted) return;
    terminal.note(
      `The workflow uses ${shownName(name)}, which is not configured in ${session.namespace.name}.`,
    );
    await using elsewhere = watchFor(session, name);
    const type = await getProviderType(session, name.type);
    const asked = AbortSignal.any([signal, elsewhere.signal]);
    const provider = await configureProvider(
      session,
      terminal,
      { name, type, present: undefined, given: {} },
      asked,
    );
    if (provider !== undefined) {
      for (const line of describeProvider(provider)) terminal.note(line);
    } else if (elsewhere.found !== undefined) {
      const { updatedBy, account } = elsewhere.found;
      terminal.note(`${updatedBy} has just configured ${shownName(name)}: ${account}.`);
    } else if (!signal.aborted) throw providersMissing([name], session.namespace.name);
  }
}

interface Watch extends AsyncDisposable {
  /** Rings when somebody has configured it. */
  signal: AbortSignal;
  found: Provider | undefined;
}

function watchFor(session: Session, name: ProviderName): Watch {
  const rung = new AbortController();
  const ended = new AbortController();
  const watch: Watch = {
    signal: rung.signal,
    found: undefined,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await looking;
    },
  };
  const look = async () => {
    while (!ended.signal.aborted && watch.found === undefined) {
      await delay(LOOK_EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return;
      // A server that is away for a moment is asked again.
      const providers = await listProviders(session).catch(() => []);
      watch.found = findProvider(providers, name);
    }
    rung.abort();
  };
  const looking = look();
  return watch;
}
