import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { Project } from "../project/read-project.ts";
import { configureMissing } from "../providers/configure-missing.ts";
import { type MatchedProviders, matchProviders } from "../providers/match-providers.ts";
import { listProviders, type ProviderName } from "../providers/provider-name.ts";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

/** Between code that has enumerated and its taking over: what it uses must be configured. */
export class ProviderGate {
  readonly #session: Session;
  readonly #terminal: Terminal;
  readonly #project: Project;
  #names: readonly ProviderName[] = [];
  #seen = "";
  #asking: AbortController | undefined;

  constructor(session: Session, terminal: Terminal, project: Project) {
    this.#session = session;
    this.#terminal = terminal;
    this.#project = project;
  }

  /**
   * True when all is there. False after somebody was asked: what was true before may not be any more.
   *
   * @throws FlowwError PROVIDER_MISSING, PROJECT_INVALID
   */
  async pass({ providers }: Manifest): Promise<boolean> {
    this.#names = providers;
    const seen = await this.#look();
    this.#seen = shown(seen);
    if (seen instanceof FlowwError) throw seen;
    if (seen.missing.length === 0) return true;
    this.#asking = new AbortController();
    try {
      await configureMissing(this.#session, this.#terminal, seen.missing, this.#asking.signal);
    } finally {
      this.#asking = undefined;
    }
    return false;
  }

  /** What the last look found, to be compared with another. */
  get seen(): string {
    return this.#seen;
  }

  /** Whether what the code uses is something else than at the last look: a change is told once. */
  async hasChanged(): Promise<boolean> {
    // A server that is away says nothing of providers.
    const seen = await this.#look().catch(() => undefined);
    if (seen === undefined || shown(seen) === this.#seen) return false;
    this.#seen = shown(seen);
    return true;
  }

  /** The question that stands goes away: it may be about code of a moment ago. */
  interrupt(): void {
    this.#asking?.abort();
  }

  /** An error is one of floww.yaml, which names a provider that is not there. */
  async #look(): Promise<MatchedProviders | FlowwError> {
    const isPlain = this.#names.length === 0 && Object.keys(this.#project.providers).length === 0;
    const configured = isPlain ? [] : await listProviders(this.#session);
    try {
      return matchProviders(this.#names, this.#project, configured);
    } catch (error) {
      if (error instanceof FlowwError) return error;
      throw error;
    }
  }
}

function shown(seen: MatchedProviders | FlowwError): string {
  if (seen instanceof FlowwError) return seen.message;
  const used = seen.used.map(({ name, provider }) => ({ ...name, id: provider.id, at: provider.updatedAt }));
  return JSON.stringify({ used, missing: seen.missing });
}
