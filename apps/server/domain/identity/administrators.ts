import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";

export interface Administrator {
  id: string;
  name: string;
  email: string;
  since: Date;
  isBlocked: boolean;
}

/** Those who run the server, whatever their role in an organization is; the first of them first. */
export async function listAdministrators(database: Queryable): Promise<Administrator[]> {
  const found = await database.query<Administrator>(
    `select users.id, name, email, since, blocked.user_id is not null as "isBlocked"
     from administrators join users on users.id = administrators.user_id
       left join blocked_people blocked on blocked.user_id = users.id
     order by since, users.id`,
  );
  return found.rows;
}

export async function grantAdministrator(transaction: Queryable, userId: string): Promise<void> {
  await transaction.query("insert into administrators (user_id) values ($1) on conflict do nothing", [
    userId,
  ]);
}

/** @throws FlowwError STATE_CONFLICT for the last one */
export async function revokeAdministrator(transaction: Queryable, userId: string): Promise<void> {
  await refuseLastAdministrator(transaction, userId);
  await transaction.query("delete from administrators where user_id = $1", [userId]);
}

/** Before somebody stops being one, or being let in: of two who do that to each other at once, the second finds himself the last. */
export async function refuseLastAdministrator(transaction: Queryable, userId: string): Promise<void> {
  await transaction.query("select from administrators order by user_id for update");
  // Only now: what is read with the lock is as old as the wait for it.
  const administrators = await listAdministrators(transaction);
  const left = administrators.filter(({ isBlocked }) => !isBlocked);
  if (left.length !== 1 || left[0]?.id !== userId) return;
  throw new FlowwError("STATE_CONFLICT", "This is the last administrator of the server.", {
    fix: "Make somebody else an administrator first.",
  });
}
