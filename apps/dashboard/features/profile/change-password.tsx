import { passwordLength } from "@floww/contract/api";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useMe } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";

export function ChangePassword() {
  const me = useMe();
  const say = useSay();
  const change = useChange("changePassword");
  const [isDifferent, setDifferent] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    const newPassword = String(typed.get("newPassword"));
    setDifferent(newPassword !== typed.get("again"));
    if (newPassword !== typed.get("again")) return;
    await change.mutateAsync({
      body: { currentPassword: String(typed.get("currentPassword")), newPassword },
    });
    form.reset();
    say("Password changed", "Your other browsers and command lines are signed out.");
  };
  const limits = { minLength: passwordLength.min, maxLength: passwordLength.max };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      {/* Password managers keep the two together. */}
      <input type="text" name="username" autoComplete="username" value={me?.email ?? ""} readOnly hidden />
      <Field label="Current password">
        <Input name="currentPassword" type="password" required autoComplete="current-password" />
      </Field>
      <Field label="New password" help={`${passwordLength.min} characters or more.`}>
        <Input name="newPassword" type="password" required autoComplete="new-password" {...limits} />
      </Field>
      <Field label="New password again" error={isDifferent ? "The two are not the same." : undefined}>
        <Input name="again" type="password" required autoComplete="new-password" {...limits} />
      </Field>
      <p className="text-soft">It signs you out everywhere but here.</p>
      <Problem error={change.error} />
      <div className="flex justify-end">
        <Button type="submit" isBusy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}
