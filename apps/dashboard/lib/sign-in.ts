/** Sends a person whose session is over to sign in, and back to where they were. */
export function goSignIn(): void {
  const next = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(next)}`);
}

/** The browser's cookie is what signs requests; an answer that says it is no good any more leads to the sign-in. */
export const authentic: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, credentials: "same-origin" });
  if (response.status === 401 && (await isOver(response.clone()))) goSignIn();
  return response;
};

/** A password that was typed wrong is 401 too, and ends nothing. */
async function isOver(response: Response): Promise<boolean> {
  const answer = (await response.json().catch(() => undefined)) as { error?: { code?: string } } | undefined;
  return answer?.error?.code !== "LOGIN_FAILED";
}
