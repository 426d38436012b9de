import type { FormEvent } from "react";
import { useChange } from "../../lib/api.ts";
import { useMe } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";

/** Who one is to the others. */
export function ChangeName({ isOurs }: { isOurs: boolean }) {
  const me = useMe();
  const say = useSay();
  const change = useChange("changeName");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    await change.mutateAsync({ body: { name } });
    say("Name changed");
  };
  return (
    <div className="grid gap-4">
      {isOurs ? (
        <form onSubmit={(event) => void submit(event).catch(() => undefined)}>
          <Field label="Name" help="As others see it, from now on: the audit log keeps what it said.">
            <div className="flex gap-2">
              <Input
                key={me?.name}
                name="name"
                defaultValue={me?.name}
                required
                maxLength={100}
                autoComplete="name"
              />
              <Button type="submit" isBusy={change.isPending}>
                Save
              </Button>
            </div>
          </Field>
          <Problem error={change.error} />
        </form>
      ) : (
        <p>
          <span className="block font-medium">Name</span>
          <span className="[overflow-wrap:anywhere]">{me?.name}</span>
          <span className="block text-xs text-soft">Your identity provider says what it is.</span>
        </p>
      )}
      <p>
        <span className="block font-medium">E-mail</span>
        <span className="[overflow-wrap:anywhere]">{me?.email}</span>
      </p>
    </div>
  );
}
