import { entry } from "./entry.ts";

/** What a client of the registry can be told. The wire says the distribution specification's own codes beside them. */
export const registryErrors = () =>
  ({
    REGISTRY_UNAUTHENTICATED: entry(
      401,
      "caller",
      "The registry does not know who is asking.",
      "Run `docker login` with a Floww API key, or the token of `floww login`, as the password.",
    ),
    REGISTRY_DENIED: entry(
      403,
      "caller",
      "Your role does not allow this in the registry.",
      "Ask an owner of the organization for a role that does.",
    ),
    REGISTRY_NAME_INVALID: entry(
      400,
      "caller",
      "The repository's name is none.",
      "Use <namespace id>/<name>, in lower case: ns_…/my-image.",
    ),
    REGISTRY_NAME_UNKNOWN: entry(
      404,
      "caller",
      "There is no such repository, or it is not open to you.",
      "Check the namespace's id with `floww namespace show`.",
    ),
    REGISTRY_DIGEST_INVALID: entry(
      400,
      "caller",
      "The digest is none, or the content has another one.",
      "Send sha256:<64 hexadecimal digits> or sha512:<128>, in lower case, of exactly the bytes that you send.",
    ),
    REGISTRY_BLOB_UNKNOWN: entry(
      404,
      "caller",
      "The repository does not have this blob.",
      "Push it to this repository first.",
    ),
    REGISTRY_MANIFEST_UNKNOWN: entry(
      404,
      "caller",
      "The repository does not have this manifest.",
      "Check the tag or the digest.",
    ),
    REGISTRY_MANIFEST_INVALID: entry(
      400,
      "caller",
      "The manifest cannot be read as what it says it is.",
      "Push an OCI or Docker image manifest or index, with its media type as the Content-Type.",
    ),
    REGISTRY_MANIFEST_BLOB_UNKNOWN: entry(
      404,
      "caller",
      "The manifest names something that this repository does not have.",
      "Push its blobs, and an index's manifests, to this repository first.",
    ),
    REGISTRY_UPLOAD_UNKNOWN: entry(
      404,
      "caller",
      "There is no such upload: it was finished, cancelled, or nothing came for an hour.",
      "Begin a new one.",
    ),
    REGISTRY_UPLOAD_INVALID: entry(
      400,
      "caller",
      "The upload's request is not one.",
      "Send its bytes in order, with a Content-Range of <first>-<last>.",
    ),
    REGISTRY_RANGE_INVALID: entry(
      416,
      "caller",
      "The bytes do not begin where the last ones ended.",
      "Ask the upload's address with GET; go on after the last byte of its Range.",
    ),
    REGISTRY_UPLOAD_BUSY: entry(
      409,
      "caller",
      "Another request writes to this upload.",
      "Send the pieces of one upload one after the other.",
    ),
    REGISTRY_TOO_LARGE: entry(
      413,
      "caller",
      "It is larger than the registry takes.",
      "See the limits of `floww doctor`.",
    ),
    REGISTRY_FULL: entry(
      403,
      "caller",
      "The namespace has used up its space in the registry.",
      "Delete images that nothing needs; their blobs go within the hour. Or ask the server's owner for more space.",
    ),
    REGISTRY_LIMIT: entry(
      429,
      "caller",
      "The namespace has as many of these as it may.",
      "Delete some that nothing needs, or finish what is under way.",
    ),
    REGISTRY_IN_USE: entry(
      403,
      "caller",
      "Something in the registry still names this.",
      "Delete first what names it.",
    ),
    REGISTRY_UNSUPPORTED: entry(
      405,
      "caller",
      "The registry does not do this.",
      "Use a method of the `Allow` header.",
    ),
    REGISTRY_DISK_FULL: entry(
      507,
      "ours",
      "The server's disk has no space left for the upload.",
      "Make space on the server's disk, then push again; nothing of the upload was kept.",
    ),
    REGISTRY_STORE_UNAVAILABLE: entry(
      503,
      "outside",
      "Where the registry keeps its content did not answer.",
      "Push or pull again; an upload goes on where it stopped.",
    ),
  }) as const;
