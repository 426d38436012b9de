import { sessionCookie } from "../domain/identity/create-auth.ts";

/** Makes the browser forget what the server has ended. */
export function expiredCookie(publicUrl: URL): string {
  const { name, secure } = sessionCookie(publicUrl);
  return `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
