/* What is typed into the case form is kept on the server as one types, beside the case
   and for its author alone: so it outlives a time-out, a crash and a sign-in. On this
   computer nothing is stored. Without this script the form works the same. */
(() => {
  const form = document.getElementById("case-form");
  if (!form?.dataset.keep) return;
  const state = form.querySelector("[data-form-state]");
  const step = form.elements.kept_step; // counts the changes of this page
  const PAUSE = 1000;
  const LONGEST = 5000;
  const AGAIN = 10000;
  let keptStep = Number(step.value);
  let timer = 0;
  let waitingSince = 0;

  const isKept = () => Number(step.value) === keptStep;

  const say = (text) => {
    state.textContent = text;
  };
  const askToSignIn = (text) => {
    const link = document.createElement("a");
    link.href = "/accounts/login/";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Sign in in a new tab";
    state.replaceChildren(`${text} `, link, ".");
  };

  /* Somebody signed in again in another tab: that changed the token of every form. */
  const renewToken = async () => {
    const page = await (await fetch("/accounts/password/")).text();
    const fresh = new DOMParser()
      .parseFromString(page, "text/html")
      .querySelector("[name=csrfmiddlewaretoken]");
    if (!fresh) return;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]"))
      field.value = fresh.value;
  };
  const send = (options) =>
    fetch(form.dataset.keep, { method: "POST", body: new FormData(form), ...options });

  /* Says how it went: "kept", "signed out", "offline", or "refused". */
  const keepNow = async () => {
    clearTimeout(timer);
    waitingSince = 0;
    const sent = Number(step.value);
    try {
      let answer = await send();
      if (answer.status === 403) {
        await renewToken();
        answer = await send();
      }
      if (answer.redirected) return "signed out";
      if (!answer.ok) return "refused";
      keptStep = sent;
      if (sent && isKept()) say(`Kept at ${(await answer.json()).at}, not in the case yet`);
      return "kept";
    } catch {
      return "offline";
    }
  };

  const troubles = {
    "signed out": () =>
      askToSignIn(
        "You are signed out, so your last entries are not kept yet; all of them are still here.",
      ),
    offline: () =>
      say("Not kept: no connection. All you typed is still on this page; trying again."),
    refused: () =>
      say("Not kept: the server refused it. All you typed is still on this page; trying again."),
  };
  const settle = (outcome) => {
    troubles[outcome]?.();
    /* Signed out, asking again is of no use before somebody has signed in. */
    if (outcome !== "signed out" && !isKept()) wait(outcome === "kept" ? PAUSE : AGAIN);
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
    if (event.target.name === "shown_level") return;
    step.value = Number(step.value) + 1;
    say("Not kept yet");
    waitingSince ||= Date.now();
    wait(Math.max(0, Math.min(PAUSE, waitingSince + LONGEST - Date.now())));
  });

  /* The page may be gone after this: what is left goes without an answer. */
  let leaving = false;
  const keepLast = () => {
    if (!isKept() && !leaving) send({ keepalive: true }).catch(() => {});
  };
  window.addEventListener("pagehide", keepLast);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keepIfChanged();
  });
  for (const kind of ["online", "focus"]) window.addEventListener(kind, keepIfChanged);
  /* Another tab is open and signed in. */
  new BroadcastChannel("spine-cds-session").addEventListener("message", keepIfChanged);

  /* For case-send.js: ask the server in any case, and leave the page to it. */
  form.keep = keep;
  form.isKept = isKept;
  form.leaves = (yes) => {
    leaving = yes;
  };
})();
