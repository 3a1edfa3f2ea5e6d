// Binds the form of templates/mfa/webauthn/snippets/passkey.html to the scripts of django-allauth.
(() => {
  const form = document.querySelector("form[data-passkey]");
  const way = form.dataset.passkey;
  const bind = window.allauth.webauthn.forms[`${way}Form`];
  if (!window.PublicKeyCredential) return;

  bind({
    ids: { [way]: "passkey", credential: "id_credential", passwordless: "id_passwordless", data: "passkey-options" },
  });
  form.hidden = false;
  document.querySelector("[data-no-passkeys]")?.remove();

  const wrong = form.querySelector(".wrong");
  const button = document.getElementById("passkey");
  button.addEventListener("click", () => { wrong.hidden = true; });
  document.addEventListener("allauth.error", (event) => { event.preventDefault(); wrong.hidden = false; });
  // Enter in the field of the name must not send the form without a key.
  form.addEventListener("submit", (event) => { event.preventDefault(); button.click(); });
})();
