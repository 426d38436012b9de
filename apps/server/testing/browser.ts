/** What a browser does without scripts: keeps cookies, names its origin, sends the forms that it was shown. */
export class TestBrowser {
  readonly #url: string;
  readonly cookies = new Map<string, string>();

  constructor(serverUrl: string) {
    this.#url = serverUrl;
  }

  get(path: string): Promise<Response> {
    return this.#send(path, { method: "GET" });
  }

  /** Sends a form; `fields` are added to the page's own hidden ones. */
  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams(fields).toString();
    return this.#send(path, { method: "POST", body, headers: { ...type, origin: this.#url, ...headers } });
  }

  /** Opens a page and sends its form with what a person typed. */
  async fill(path: string, typed: Record<string, string>): Promise<Response> {
    const page = await (await this.get(path)).text();
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new TypeError(`${path} shows no form:\n${page}`);
    return this.post(action, { ...hiddenFields(page), ...typed });
  }

  /** The JSON API with this browser's cookies. */
  api(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { "content-type": "application/json", origin: this.#url };
    return this.#send(path, { ...init, headers: { ...headers, ...(init.headers as object) } });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie !== "") headers.set("cookie", cookie);
    const answer = await fetch(new URL(path, this.#url), { ...init, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const isOver = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute));
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export function hiddenFields(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name = "", value = ""]) => [name, value]));
}
