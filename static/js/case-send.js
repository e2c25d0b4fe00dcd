/* Nothing typed is lost on the way: warn before leaving, and ask the server whether it
   still knows the person before the form goes, since a POST of somebody signed out
   would end at the sign-in page with all that was typed gone. */
(() => {
  const form = document.getElementById("case-form");
  if (!form) return;
  const state = form.querySelector("[data-form-state]");
  const idle = Number(document.querySelector("meta[name=session-idle-seconds]").content) * 1000;
  let changedAt = 0;

  form.addEventListener("input", (event) => {
    if (event.target.name === "shown_level") return;
    changedAt = Date.now();
    state.textContent = "Changes not saved yet";
  });

  /* Not once the session is running out: then the page has to go, whoever is away. */
  window.addEventListener("beforeunload", (event) => {
    if (changedAt && Date.now() - changedAt < idle / 2) event.preventDefault();
  });

  const token = () => form.elements.csrfmiddlewaretoken;
  const ask = () => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token().value);
    return fetch("/accounts/session/", { method: "POST", body });
  };

  /* Somebody signed in again in another tab: that changed the token of every form. */
  const renewToken = async () => {
    const page = await (await fetch("/accounts/password/")).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrfmiddlewaretoken]");
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh.value;
  };

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

  let asking = false;
  let cleared = false;
  form.addEventListener("submit", async (event) => {
    if (cleared) return;
    event.preventDefault();
    if (asking) return; /* the second half of a double click */
    asking = true;
    const button = event.submitter;
    try {
      let answer = await ask();
      if (answer.status === 403) {
        await renewToken();
        answer = await ask();
      }
      cleared = answer.ok && !answer.redirected;
      if (!cleared) stay("You are signed out; nothing was sent, and all you typed is still here.", true);
    } catch {
      stay("No connection: nothing was sent, and all you typed is still here.", false);
    }
    asking = cleared; /* until the answer comes, a further click sends nothing */
    if (!cleared) return;
    changedAt = 0;
    form.requestSubmit(button);
    cleared = false;
  });
  /* Back on the page as it was left: it may be sent again. */
  window.addEventListener("pageshow", () => {
    asking = false;
  });
})();
