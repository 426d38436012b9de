import { createHash, randomBytes } from "node:crypto";

export interface RegistryRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal;
}

export const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

/** Speaks to a registry as its clients do: asks, is told where a token is had, and asks again with it. */
export class RegistryClient {
  readonly #url: string;
  readonly #password: string;
  readonly #tokens = new Map<string, string>();

  constructor(url: string, password: string) {
    this.#url = url;
    this.#password = password;
  }

  /** `path`: what stands after `/v2/`, or a Location. */
  async send(path: string, request: RegistryRequest = {}): Promise<Response> {
    const key = `${path.split("?", 1)[0]} ${request.method ?? "GET"}`;
    let answer = await this.#fetch(path, request, this.#tokens.get(key));
    // A mount without its source is told only then which one it is, and asked for again.
    for (let challenges = 0; answer.status === 401 && challenges < 2; challenges++) {
      const [, scope = ""] = /scope="([^"]*)"/.exec(answer.headers.get("www-authenticate") ?? "") ?? [];
      await answer.body?.cancel();
      const token = await this.token(scope);
      this.#tokens.set(key, token);
      answer = await this.#fetch(path, request, token);
    }
    return answer;
  }

  #fetch(
    path: string,
    { headers = {}, ...request }: RegistryRequest,
    token: string | undefined,
  ): Promise<Response> {
    const url = new URL(path.startsWith("/") ? path : `/v2/${path}`, this.#url);
    const authorization: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(url, {
      ...request,
      headers: { ...headers, ...authorization },
      duplex: "half",
    } as RequestInit);
  }

  async token(...scopes: string[]): Promise<string> {
    const answer = await this.askForToken(scopes);
    const { token } = (await answer.json()) as { token: string };
    return token;
  }

  askForToken(scopes: readonly string[]): Promise<Response> {
    const url = new URL("/v2/token", this.#url);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    const pair = Buffer.from(`anybody:${this.#password}`).toString("base64");
    return fetch(url, { headers: { authorization: `Basic ${pair}` } });
  }

  /** POST and PUT; resolves with the digest. */
  async pushBlob(repository: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
    const location = await this.beginUpload(repository);
    const digest = digestOf(content);
    const pushed = await this.send(withQuery(location, { digest }), { method: "PUT", body: content });
    if (pushed.status !== 201) throw new TypeError(`PUT gave ${pushed.status}: ${await pushed.text()}`);
    return digest;
  }

  /** Resolves with the upload's path. */
  async beginUpload(repository: string): Promise<string> {
    const begun = await this.send(`${repository}/blobs/uploads/`, { method: "POST" });
    if (begun.status !== 202) throw new TypeError(`POST gave ${begun.status}: ${await begun.text()}`);
    return begun.headers.get("location") ?? "";
  }

  putManifest(repository: string, reference: string, manifest: object | string): Promise<Response> {
    const body = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
    const { mediaType = OCI_IMAGE } = JSON.parse(body) as { mediaType?: string };
    const headers = { "content-type": mediaType };
    return this.send(`${repository}/manifests/${reference}`, { method: "PUT", headers, body });
  }

  /** An image of one layer, under this tag. */
  async pushImage(
    repository: string,
    tag: string,
    extra: object = {},
  ): Promise<{ digest: string; layer: string; config: string; bytes: number }> {
    const content = randomBytes(1_000);
    const layer = await this.pushBlob(repository, content);
    const configContent = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", made: layer }));
    const config = await this.pushBlob(repository, configContent);
    const manifest = {
      ...imageOf({ digest: config, size: configContent.byteLength }, [{ digest: layer, size: 1_000 }]),
      ...extra,
    };
    const pushed = await this.putManifest(repository, tag, manifest);
    if (pushed.status !== 201) throw new TypeError(`PUT gave ${pushed.status}: ${await pushed.text()}`);
    const bytes = Buffer.byteLength(JSON.stringify(manifest));
    return { digest: pushed.headers.get("docker-content-digest") ?? "", layer, config, bytes };
  }
}

export function imageOf(
  config: { digest: string; size: number },
  layers: readonly { digest: string; size: number }[],
): Record<string, unknown> {
  return {
    schemaVersion: 2,
    mediaType: OCI_IMAGE,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: layers.map((layer) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer })),
  };
}

export function digestOf(content: string | Uint8Array, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

export function withQuery(path: string, query: Record<string, string>): string {
  return `${path}?${new URLSearchParams(query)}`;
}

/** The specification's code of an error's answer. */
export async function codeOf(answer: Response): Promise<string> {
  const { errors } = (await answer.json()) as { errors: { code: string }[] };
  return `${answer.status} ${errors[0]?.code}`;
}
