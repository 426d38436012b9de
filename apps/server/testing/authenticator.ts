import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What a phone or a security key does: keeps one key, and signs for the site that it was made for (WebAuthn, 6). */
export class TestAuthenticator {
  /** What the browser says of the page that asks. */
  origin: string;
  rpId: string;
  /** Counts its uses; 0 for one that does not count. */
  counter = 1;
  isVerified = true;
  readonly id = randomBytes(32).toString("base64url");
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });

  constructor(site: { origin: string; rpId: string }) {
    this.origin = site.origin;
    this.rpId = site.rpId;
  }

  /** `navigator.credentials.create()` as JSON. */
  create({ challenge }: { challenge: string }) {
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const id = Buffer.from(this.id, "base64url");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.byteLength);
    // COSE: EC2, ES256, P-256.
    const key = cborMap([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]);
    const authData = Buffer.concat([this.#authData(0x40), Buffer.alloc(16), length, id, key]);
    const attestation = cborMap([
      ["fmt", "none"],
      ["attStmt", cborMap([])],
      ["authData", authData],
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData("webauthn.create", challenge).toString("base64url"),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal"],
    });
  }

  /** `navigator.credentials.get()` as JSON. */
  get({ challenge }: { challenge: string }) {
    if (this.counter > 0) this.counter += 1;
    const clientData = this.#clientData("webauthn.get", challenge);
    const authData = this.#authData(0);
    const hash = createHash("sha256").update(clientData).digest();
    return this.#credential({
      clientDataJSON: clientData.toString("base64url"),
      authenticatorData: authData.toString("base64url"),
      signature: sign("sha256", Buffer.concat([authData, hash]), this.#keys.privateKey).toString("base64url"),
    });
  }

  #credential(response: Record<string, unknown>) {
    return { id: this.id, rawId: this.id, type: "public-key" as const, response, clientExtensionResults: {} };
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }));
  }

  #authData(more: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const flags = 0x01 | (this.isVerified ? 0x04 : 0) | more;
    return Buffer.concat([createHash("sha256").update(this.rpId).digest(), Buffer.from([flags]), counter]);
  }
}

type Cbor = number | string | Buffer;
const MAP = 0xa0;

/** A few pairs, of small numbers, short texts, bytes, and maps that are written already (RFC 8949, 3). */
function cborMap(pairs: readonly (readonly [Cbor, Cbor])[]): Buffer {
  return Buffer.concat([Buffer.from([MAP | pairs.length]), ...pairs.flat().map(cbor)]);
}

function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return Buffer.from([value < 0 ? 0x20 | (-1 - value) : value]);
  if (typeof value === "string")
    return Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
  if (value.byteLength === 1 && value[0] === MAP) return value;
  // As short as it can be: what is longer is not canonical.
  const size = value.byteLength;
  const head = size < 0x100 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(head), value]);
}
