/* Nothing typed is lost on the way: warn before leaving what is not kept yet, and ask
   the server whether it still knows the person before a form goes, since a POST of
   somebody signed out would end at the sign-in page. */
import { NOT_YOURS, offerSignIn, stateOf } from "./form.js";

export const sendWithCare = (form, { keep, isKept, leaves }) => {
  const state = stateOf(form);
  const idle = Number(document.querySelector("meta[name=session-idle-seconds]").content) * 1000;
  let changedAt = 0;
  let asking = false;
  let cleared = false;

  form.addEventListener("input", () => {
    changedAt = Date.now();
  });

  /* Not once the session is running out: then the page has to go, whoever is away. */
  window.addEventListener("beforeunload", (event) => {
    if (!asking && !isKept() && Date.now() - changedAt < idle / 2) event.preventDefault();
  });

  const stays = {
    "signed out": () =>
      offerSignIn(
        state,
        "You are signed out; nothing was sent, and all you typed is still here.",
        ", then send it here again",
      ),
    "not yours": () => {
      state.textContent = NOT_YOURS;
    },
    offline: () => {
      state.textContent = "No connection: nothing was sent, and all you typed is still here.";
    },
  };

  form.addEventListener("submit", async (event) => {
    if (cleared) return;
    event.preventDefault();
    if (asking) return; /* the second half of a double click */
    asking = true;
    const button = event.submitter;
    const outcome = await keep();
    stays[outcome]?.();
    cleared = !(outcome in stays);
    asking = cleared; /* until the answer comes, a further click sends nothing */
    if (!cleared) {
      state.scrollIntoView({ block: "nearest" });
      return;
    }
    leaves(true);
    form.requestSubmit(button);
    cleared = false;
  });
  /* Back on the page as it was left: it may be sent again. */
  window.addEventListener("pageshow", () => {
    asking = false;
    leaves(false);
  });
};
