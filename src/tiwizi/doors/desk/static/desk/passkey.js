// Passkeys: <form data-passkey="login|get|create"> asks the browser for one and sends what it answers. What is asked for
// stands in the page (#passkey-options), or is fetched from where the form goes, for who is not known yet.
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const options = async (form) => {
    const written = document.getElementById("passkey-options");
    if (form.dataset.passkey !== "login") return JSON.parse(written.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const create = async (asked, alone) => {
    const wanted = asked.creation_options.publicKey;
    const selection = { ...wanted.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
    if (alone) selection.userVerification = "required";
    const made = await navigator.credentials.create({ publicKey: {
      ...wanted, authenticatorSelection: selection, challenge: bytes(wanted.challenge),
      user: { ...wanted.user, id: bytes(wanted.user.id) }, excludeCredentials: named(wanted.excludeCredentials),
    } });
    return sent(made, {
      clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    });
  };

  const get = async (asked) => {
    const wanted = asked.request_options.publicKey;
    const shown = await navigator.credentials.get({ publicKey: {
      ...wanted, challenge: bytes(wanted.challenge), allowCredentials: named(wanted.allowCredentials),
    } });
    const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
    return sent(shown, {
      clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const sent = (credential, response) => ({
    type: credential.type, id: credential.id, rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment, response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const problem = form.querySelector("[data-passkey-problem]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        const asked = await options(form);
        const alone = form.elements.passwordless && form.elements.passwordless.checked;
        const answer = form.dataset.passkey === "create" ? await create(asked, Boolean(alone)) : await get(asked);
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
      } catch (_) {
        problem.hidden = false;
      }
    });
  });
})();
