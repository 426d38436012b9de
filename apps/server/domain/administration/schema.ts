import type { Migration } from "../../platform/db/migrate.ts";

export const administrationMigrations: Migration[] = [
  {
    id: "administration/0001-first-administrator",
    sql: `
      -- Of a server that had people before it had administrators: whoever made the first account by the set-up link.
      insert into administrators (user_id)
        select actor_id from audit_entries where action = 'setUp' and actor_id in (select id from users)
        order by id limit 1
        on conflict do nothing;`,
  },
];
