import type {
  RegistrationAddress,
  VendorClient,
  VendorRegistrations,
  WantedRegistration,
} from "../../provider-server.ts";
import { eventsOf, type Filters, repositoryOf } from "../matches.ts";
import { askGitHub, type GitHubAnswer } from "./ask-github.ts";
import { hookPath, hooksPath } from "./hook-path.ts";
import { outbox } from "./outbox.ts";
import { type Attempt, refusal } from "./refusal.ts";

type Wanted = WantedRegistration & RegistrationAddress;

interface Hook {
  id: number;
  active: boolean;
  events: string[];
  config: { url?: string };
}

const PAGE_SIZE = 100;
/** GitHub allows 20 webhooks an event and repository: a thousand is more than a repository has. */
const PAGES_MAX = 10;

/** GitHub's webhooks of repositories. */
export const registrations: VendorRegistrations = {
  wants({ type, input }) {
    // The server's schema of the trigger has been over it.
    const filters = input as unknown as Filters;
    return { target: repositoryOf(filters), events: eventsOf(type, filters) };
  },

  async create(vendor, wanted) {
    // GitHub refuses a second hook with one address, and an answer to an earlier try may have been lost on the way.
    const twin = await findByUrl(vendor, wanted);
    if (twin !== undefined) {
      await change(vendor, String(twin.id), wanted);
      return String(twin.id);
    }
    const path = hooksPath(wanted.target);
    const answer = await askGitHub(vendor, {
      method: "POST",
      path,
      body: { name: "web", ...described(wanted) },
    });
    return String(hookOf(answer, { target: wanted.target, doing: "create" }).id);
  },

  async update(vendor, id, wanted) {
    await change(vendor, id, wanted);
  },

  async remove(vendor, id, target) {
    const answer = await askGitHub(vendor, { method: "DELETE", path: hookPath(target, id) });
    if (answer.status !== 204 && answer.status !== 404) throw refusal(answer, { target, doing: "remove" });
  },

  outbox,

  async find(vendor, id, target) {
    const answer = await askGitHub(vendor, { method: "GET", path: hookPath(target, id) });
    if (answer.status === 404) return undefined;
    const { config, events, active } = hookOf(answer, { target, doing: "look at" });
    return { url: config.url ?? "", events: [...events].sort(), isActive: active };
  },
};

async function change(vendor: VendorClient, id: string, wanted: Wanted): Promise<void> {
  const { target } = wanted;
  const path = hookPath(target, id);
  hookOf(await askGitHub(vendor, { method: "PATCH", path, body: described(wanted) }), {
    target,
    doing: "change",
  });
}

function described({ url, secret, events }: Wanted): object {
  return { active: true, events, config: { url, secret, content_type: "json", insecure_ssl: "0" } };
}

async function findByUrl(vendor: VendorClient, { target, url }: Wanted): Promise<Hook | undefined> {
  for (let page = 1; page <= PAGES_MAX; page++) {
    const path = `${hooksPath(target)}?per_page=${PAGE_SIZE}&page=${page}`;
    const answer = await askGitHub(vendor, { method: "GET", path });
    if (answer.status !== 200 || !Array.isArray(answer.body))
      throw refusal(answer, { target, doing: "list" });
    const hooks = answer.body.filter(isHook);
    const twin = hooks.find(({ config }) => config.url === url);
    if (twin !== undefined || answer.body.length < PAGE_SIZE) return twin;
  }
  return undefined;
}

function hookOf(answer: GitHubAnswer, attempt: Attempt): Hook {
  if (answer.status >= 300 || !isHook(answer.body)) throw refusal(answer, attempt);
  return answer.body;
}

function isHook(value: unknown): value is Hook {
  const { id, config, events } = (value ?? {}) as Partial<Hook>;
  return typeof id === "number" && typeof config === "object" && config !== null && Array.isArray(events);
}
