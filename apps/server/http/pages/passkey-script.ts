export const PASSKEY_SCRIPT_PATH = "/pages/passkey.js";

/** Offers the passkey where the browser has them. Nothing is fetched: the answer leaves as a form, like every other. */
export const passkeyScript = `"use strict";
(() => {
  const form = document.getElementById("passkey");
  if (form === null || typeof PublicKeyCredential?.parseRequestOptionsFromJSON !== "function") return;
  const problem = document.getElementById("passkey-problem");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const asked = JSON.parse(form.dataset.options);
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
      const credential = await navigator.credentials.get({ publicKey });
      form.elements.namedItem("credential").value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
})();
`;
