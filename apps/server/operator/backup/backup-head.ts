import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";

export const HEAD_NAME = "backup.json";
/** Of how a backup is laid out; another one is refused. */
export const BACKUP_FORMAT = 1;

const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const place = z.enum(["disk", "elsewhere"]);

const head = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** By the database's clock: everything that was committed before is in it. */
  takenAt: z.iso.datetime(),
  migrations: z.array(z.object({ id: z.string(), hash: z.string() })),
  /** In the order in which their rows come, which is one that references allow. */
  tables: z.array(
    z.object({
      name,
      columns: z.array(name).min(1),
      partitions: z.array(z.object({ name, bound: z.string() })),
    }),
  ),
  sequences: z.array(z.object({ name, value: z.string().regex(/^-?\d+$/), isCalled: z.boolean() })),
  /** Where the bytes lay: what was not on the disk is not in it. */
  artifacts: place,
  registry: place,
  /** What wraps the keys: `file:…`, `kms:…`. */
  keysWrappedBy: z.array(z.string()),
  hasMasterKey: z.boolean(),
});

export type BackupHead = z.infer<typeof head>;

/** @throws FlowwError BACKUP_INVALID */
export function parseHead(content: Buffer): BackupHead {
  try {
    return head.parse(JSON.parse(content.toString("utf8")));
  } catch (cause) {
    throw new FlowwError("BACKUP_INVALID", "The file does not begin as a backup of this version does.", {
      cause,
    });
  }
}
