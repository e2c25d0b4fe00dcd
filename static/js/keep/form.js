/* What is typed into a form is kept on the server as one types, for whose page it is and
   for nobody else: so it outlives a time-out, a crash and a sign-in. On this computer
   nothing is stored. Without this script the form works the same. */
import { isNotYours, renewToken } from "./token.js";

const PAUSE = 1000;
const LONGEST = 5000;
const AGAIN = 10000;
export const NOT_YOURS =
  "Somebody else is signed in here now. Nothing is stored in their name; all you typed is still on this page. It is kept again once you have signed in.";

/* Where a form goes; it may have a field of the name "action". */
export const pathOf = (form) =>
  new URL(form.getAttribute("action") || location.href, location.href).pathname;

/* Where a form says how it goes with what is typed. */
export const stateOf = (form) => {
  let state = form.querySelector("[data-form-state]");
  if (!state) {
    state = document.createElement("p");
    state.className = "form-state";
    state.setAttribute("role", "status");
    state.dataset.formState = "";
    form.append(state);
  }
  return state;
};
export const offerSignIn = (state, text, then = "") => {
  const link = document.createElement("a");
  link.href = "/accounts/login/";
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in in a new tab";
  state.replaceChildren(`${text} `, link, `${then}.`);
};

/* The form as it stands, without what is secret and without files. */
const standing = (form, step) => {
  const data = new FormData(form);
  for (const [name, value] of [...data])
    if (name.includes("password") || value instanceof File) data.delete(name);
  data.set("kept_step", step);
  data.set("kept_action", pathOf(form));
  return data;
};

export const keepForm = (form, { into, unsent }) => {
  const state = stateOf(form);
  const counter = form.elements.kept_step; // the case form counts in a field of its own
  let step = Number(counter?.value ?? 0);
  let keptStep = step;
  let timer = 0;
  let waitingSince = 0;

  const isKept = () => step === keptStep;
  const say = (text) => {
    state.textContent = text;
  };
  const send = (options) => fetch(into, { method: "POST", body: standing(form, step), ...options });

  /* Says how it went: "kept", "signed out", "not yours", "offline", or "refused". */
  const keepNow = async () => {
    clearTimeout(timer);
    waitingSince = 0;
    const sent = step;
    try {
      let answer = await send();
      if (answer.status === 403) {
        await renewToken();
        answer = await send();
      }
      if (isNotYours(answer)) return "not yours";
      if (answer.redirected) return "signed out";
      if (!answer.ok) return "refused";
      keptStep = sent;
      if (sent && isKept()) say(`Kept at ${(await answer.json()).at}, ${unsent}`);
      return "kept";
    } catch {
      return "offline";
    }
  };

  const troubles = {
    "signed out": () =>
      offerSignIn(
        state,
        "You are signed out, so your last entries are not kept yet; all of them are still here.",
      ),
    "not yours": () => say(NOT_YOURS),
    offline: () =>
      say("Not kept: no connection. All you typed is still on this page; trying again."),
    refused: () =>
      say("Not kept: the server refused it. All you typed is still on this page; trying again."),
  };
  const settle = (outcome) => {
    troubles[outcome]?.();
    /* Where somebody has to sign in, asking again is of no use before they have. */
    const isWaiting = outcome === "signed out" || outcome === "not yours";
    if (!isWaiting && !isKept()) wait(outcome === "kept" ? PAUSE : AGAIN);
    return outcome;
  };

  /* One after the other, so that none overtakes the one before. */
  let queue = Promise.resolve();
  const keep = () => {
    queue = queue.then(keepNow);
    return queue;
  };
  const keepIfChanged = () => (isKept() ? queue : keep().then(settle));
  const wait = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(keepIfChanged, pause);
  };

  form.addEventListener("input", (event) => {
    if (event.target.name === "shown_level" || event.target.type === "password") return;
    step += 1;
    if (counter) counter.value = step;
    say("Not kept yet");
    waitingSince ||= Date.now();
    wait(Math.max(0, Math.min(PAUSE, waitingSince + LONGEST - Date.now())));
  });

  /* The page may be gone after this: what is left goes without an answer. */
  let leaving = false;
  window.addEventListener("pagehide", () => {
    if (!isKept() && !leaving) send({ keepalive: true }).catch(() => {});
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !leaving) keepIfChanged();
  });
  for (const kind of ["online", "focus"]) window.addEventListener(kind, keepIfChanged);
  /* Another tab is open and signed in. */
  new BroadcastChannel("spine-cds-session").addEventListener("message", keepIfChanged);

  /* For session.js: before the page is left. */
  form.keep = keep;
  return {
    keep,
    isKept,
    leaves: (yes) => {
      leaving = yes;
    },
  };
};
