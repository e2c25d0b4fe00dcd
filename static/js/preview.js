/* The panel beside the case form. It never looks sure of something older than the form:
   while an answer is on its way it says so, and when none comes it says that too. */
(() => {
  const panel = document.getElementById("preview");
  const form = document.getElementById("case-form");
  if (!panel || !form) return;
  const state = panel.querySelector("[data-preview-state]");
  let typed = 0;
  let asked = 0;

  const show = (text, kind) => {
    state.textContent = text;
    panel.classList.toggle("is-behind", kind === "behind");
    panel.classList.toggle("is-lost", kind === "lost");
  };
  const lose = () => show("Not up to date: no answer from the server.", "lost");

  panel.hidden = false;
  show("Looking …", "behind");

  form.addEventListener("input", (event) => {
    if (event.target.name === "shown_level") return;
    typed += 1;
    show("Updating …", "behind");
  });

  panel.addEventListener("htmx:beforeRequest", () => {
    asked = typed;
  });

  /* Signed out, the answer is to leave for the sign-in page: with all that was typed.
     The panel never takes anybody away from the form. */
  panel.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("X-Case-Preview")) return;
    event.preventDefault();
    lose();
  });
  panel.addEventListener("htmx:afterSwap", () => {
    if (asked === typed) show("", "");
  });
  for (const kind of ["htmx:sendError", "htmx:timeout"]) {
    panel.addEventListener(kind, lose);
  }

  /* What is said aloud is said once, and not again with each answer. */
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.innerHTML === fragment.innerHTML) event.detail.shouldSwap = false;
  });
})();
