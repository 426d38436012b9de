import type { RouteAnswer, Routes, SwitchName } from "@floww/contract/api";
import { type FormEvent, useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { useSay } from "../../ui/toasts.tsx";

type Switch = RouteAnswer<Routes["adminListSwitches"]>["items"][number];

const WORDS: Record<SwitchName, { label: string; whileOff: string }> = {
  deploys: {
    label: "Deploys",
    whileOff: "nobody deploys a version or rolls one back. What is live stays live.",
  },
  devSessions: {
    label: "Dev sessions",
    whileOff: "those that are open end at once, and no laptop listens for events.",
  },
  registryPushes: {
    label: "Registry pushes",
    whileOff: "nobody uploads an image. What is there can be fetched.",
  },
  invitations: {
    label: "Invitations",
    whileOff: "nobody invites, or joins by an invitation that was made before.",
  },
  schedules: {
    label: "Schedules",
    whileOff: "what becomes due is left out, and not caught up with afterwards.",
  },
  webhooks: {
    label: "Webhooks",
    whileOff:
      "callers get 503 and are told to come again in a minute. Nothing is recorded: who does not come again is lost.",
  },
};

/** What can be turned off for the whole server. */
export function AdminSwitches() {
  const switches = useApi("adminListSwitches", {});
  return (
    <Card isFlush title="Switches">
      <QueryView query={switches}>
        {({ items }) => (
          <ul className="divide-y">
            {items.map((one) => (
              <SwitchRow key={one.name} one={one} />
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}

function SwitchRow({ one }: { one: Switch }) {
  const { label, whileOff } = WORDS[one.name];
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="flex items-center gap-2 font-medium">
          {label} {one.isOn ? <Badge tone="good">on</Badge> : <Badge tone="danger">off</Badge>}
        </h3>
        <p className="text-soft">While off: {whileOff}</p>
        {one.isOn || one.reason === undefined ? undefined : (
          <p className="[overflow-wrap:anywhere]">Reason: {one.reason}</p>
        )}
        {one.changedAt === undefined ? undefined : (
          <p className="text-xs text-soft [overflow-wrap:anywhere]">
            Turned {one.isOn ? "on" : "off"} <Ago at={one.changedAt} /> by {one.changedBy}
          </p>
        )}
      </div>
      {one.isOn ? <TurnOff name={one.name} /> : <TurnOn name={one.name} />}
    </li>
  );
}

function TurnOn({ name: switchName }: { name: SwitchName }) {
  const set = useChange("adminSetSwitch");
  const say = useSay();
  const { label } = WORDS[switchName];
  const turn = async () => {
    await set.mutateAsync({ params: { switchName }, body: { isOn: true } });
    say(`${label}: on again`);
  };
  return (
    <div>
      <Button
        aria-label={`Turn on ${label.toLowerCase()}`}
        isBusy={set.isPending}
        onClick={() => void turn().catch(() => undefined)}
      >
        Turn on
      </Button>
      <Problem error={set.error} />
    </div>
  );
}

function TurnOff({ name: switchName }: { name: SwitchName }) {
  const [isOpen, setOpen] = useState(false);
  const set = useChange("adminSetSwitch");
  const say = useSay();
  const { label, whileOff } = WORDS[switchName];
  const close = () => {
    setOpen(false);
    set.reset();
  };
  const turn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason")).trim();
    const body = { isOn: false, ...(reason === "" ? {} : { reason }) };
    await set.mutateAsync({ params: { switchName }, body });
    close();
    say(`${label}: off`);
  };
  return (
    <>
      <Button look="danger" aria-label={`Turn off ${label.toLowerCase()}`} onClick={() => setOpen(true)}>
        Turn off
      </Button>
      <Dialog
        isOpen={isOpen}
        onClose={close}
        title={`Turn ${label.toLowerCase()} off for everybody?`}
        lead={`While off: ${whileOff}`}
      >
        <form onSubmit={(event) => void turn(event).catch(() => undefined)}>
          <Field label="Reason" help="Shown to whoever meets it. You may leave it empty.">
            <Input name="reason" maxLength={300} autoComplete="off" />
          </Field>
          <Problem error={set.error} />
          <DialogActions>
            <Button onClick={close}>Keep it on</Button>
            <Button look="danger" type="submit" isBusy={set.isPending}>
              Turn off
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
