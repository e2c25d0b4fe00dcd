/* Nothing typed is lost on the way: warn before leaving what is not kept yet, and ask
   the server whether it still knows the person before the form goes, since a POST of
   somebody signed out would end at the sign-in page. See autosave.js. */
(() => {
  const form = document.getElementById("case-form");
  if (!form?.keep) return;
  const state = form.querySelector("[data-form-state]");
  const idle = Number(document.querySelector("meta[name=session-idle-seconds]").content) * 1000;
  let changedAt = 0;
  let asking = false;
  let cleared = false;

  form.addEventListener("input", () => {
    changedAt = Date.now();
  });

  /* Not once the session is running out: then the page has to go, whoever is away. */
  window.addEventListener("beforeunload", (event) => {
    if (!asking && !form.isKept() && Date.now() - changedAt < idle / 2) event.preventDefault();
  });

  const stay = (text, linked) => {
    state.textContent = text;
    if (linked) {
      const link = document.createElement("a");
      link.href = "/accounts/login/";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "Sign in in a new tab";
      state.append(" ", link, ", then save here again.");
    }
    state.scrollIntoView({ block: "nearest" });
  };

  form.addEventListener("submit", async (event) => {
    if (cleared) return;
    event.preventDefault();
    if (asking) return; /* the second half of a double click */
    asking = true;
    const button = event.submitter;
    const outcome = await form.keep();
    if (outcome === "signed out")
      stay("You are signed out; nothing was sent, and all you typed is still here.", true);
    if (outcome === "offline")
      stay("No connection: nothing was sent, and all you typed is still here.", false);
    cleared = outcome === "kept" || outcome === "refused";
    asking = cleared; /* until the answer comes, a further click sends nothing */
    if (!cleared) return;
    form.leaves(true);
    form.requestSubmit(button);
    cleared = false;
  });
  /* Back on the page as it was left: it may be sent again. */
  window.addEventListener("pageshow", () => {
    asking = false;
    form.leaves(false);
  });
})();
