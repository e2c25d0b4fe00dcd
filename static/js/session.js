/* Keep the session while somebody types; warn before it ends; leave the page when it
   has. The server ends it in any case: this only spares the person a surprise. */
(() => {
  const idle = Number(document.querySelector("meta[name=session-idle-seconds]").content) * 1000;
  const signOut = document.getElementById("sign-out");
  const warning = Math.min(120000, idle / 2);
  const quiet = 60000;
  let kept = Date.now();
  let notice = null;

  /* All tabs share one session: what is done in one counts in each. */
  const tabs = new BroadcastChannel("spine-cds-session");
  const noteActivity = () => {
    kept = Date.now();
    notice?.remove();
    notice = null;
  };
  tabs.addEventListener("message", noteActivity);
  tabs.postMessage("active");

  const extend = async () => {
    noteActivity();
    tabs.postMessage("active");
    const answer = await fetch("/accounts/session/", {
      method: "POST",
      body: new FormData(signOut),
    });
    if (answer.redirected) leave();
  };

  const leave = () => {
    const here = location.pathname + location.search;
    location.assign(`/accounts/login/?next=${encodeURIComponent(here)}`);
  };

  const warn = () => {
    notice = document.createElement("div");
    notice.className = "session-notice";
    notice.setAttribute("role", "alert");
    const text = document.createElement("p");
    const kept = document.querySelector("form[data-keep]")
      ? "What you typed is kept for you."
      : "Unsaved entries would be lost.";
    text.textContent = `You will be signed out soon, because nothing has happened here. ${kept}`;
    const stay = document.createElement("button");
    stay.type = "button";
    stay.className = "btn btn-primary";
    stay.textContent = "Stay signed in";
    stay.addEventListener("click", extend);
    notice.append(text, stay);
    document.body.append(notice);
  };

  /* What stands in a form is kept once more before the page is left: see keep.js. */
  const keepForms = () =>
    Promise.allSettled(
      [...document.querySelectorAll("form[data-keep]")].map((form) => form.keep()),
    );

  const active = () => {
    if (!notice && Date.now() - kept > quiet) extend();
  };
  for (const kind of ["keydown", "pointerdown", "input"]) {
    document.addEventListener(kind, active, { passive: true });
  }

  const clock = setInterval(async () => {
    const left = idle - (Date.now() - kept);
    if (left <= 10000) {
      clearInterval(clock);
      await keepForms();
      /* The form that was kept counted as activity: end the session, not only the page. */
      await fetch(signOut.action, {
        method: "POST",
        body: new FormData(signOut),
        redirect: "manual",
      });
      leave();
    } else if (left <= warning && !notice) {
      warn();
    }
  }, 1000);
})();
