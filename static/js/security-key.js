/* Ask the browser for a security key, and say on the page when it could not be read. */
(() => {
  const forms = { "key-add": ["addForm", "add"], "key-use": ["authenticateForm", "authenticate"] };

  for (const [button, [form, role]] of Object.entries(forms)) {
    if (document.getElementById(button)) {
      allauth.webauthn.forms[form]({
        ids: { [role]: button, credential: "id_credential", data: "key-request" },
      });
    }
  }

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("key-trouble").hidden = false;
  });
})();
