import { type SwitchName, switchNames } from "@floww/contract/api";
import type { Database, Queryable } from "../../platform/db/database.ts";

export interface FeatureSwitch {
  name: SwitchName;
  isOn: boolean;
  reason: string | null;
  changedAt: Date | null;
  changedBy: string | null;
}

type Row = FeatureSwitch & { name: string };

const COLUMNS = 'name, is_on as "isOn", reason, changed_at as "changedAt", changed_by as "changedBy"';

export const SWITCHES_CHANGED = "switches_changed";

/** All that there are, in the contract's order; one that nobody has touched is on. */
export async function listSwitches(database: Queryable): Promise<FeatureSwitch[]> {
  const found = await database.query<Row>(`select ${COLUMNS} from switches`);
  const byName = new Map<string, FeatureSwitch>(found.rows.map((row) => [row.name, row]));
  const untouched = { isOn: true, reason: null, changedAt: null, changedBy: null };
  return switchNames.map((name) => byName.get(name) ?? { name, ...untouched });
}

/** Every server hears of it with the commit. */
export function setSwitch(
  database: Database,
  change: { name: SwitchName; isOn: boolean; reason: string | undefined; changedBy: string },
): Promise<FeatureSwitch> {
  const { name, isOn, reason, changedBy } = change;
  return database.transaction(async (transaction) => {
    const set = await transaction.query<FeatureSwitch>(
      `insert into switches (name, is_on, reason, changed_by) values ($1, $2, $3, $4)
       on conflict (name) do update set is_on = excluded.is_on, reason = excluded.reason, changed_at = now(),
         changed_by = excluded.changed_by
       returning ${COLUMNS}`,
      [name, isOn, reason, changedBy],
    );
    await transaction.query("select pg_notify($1, '')", [SWITCHES_CHANGED]);
    return set.rows[0]!;
  });
}
