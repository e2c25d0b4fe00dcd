/* The case form: live counts, the drawn spine's rows, the quick "no", unsaved changes.
   Without this script every question can still be answered and sent. */
(() => {
  const form = document.getElementById("case-form");
  if (!form) return;

  const questions = (area) => [...area.querySelectorAll(".question")].filter((q) => q.querySelector("input"));
  const isAnswered = (question) =>
    [...question.querySelectorAll("input")].some((input) =>
      input.type === "radio" ? input.checked && input.value !== "" : input.value.trim() !== "",
    );
  const answered = (area) => questions(area).filter(isAnswered).length;

  const countSection = (section) => {
    const area = section.querySelector("[data-questions]");
    const place = form.querySelector(`[data-count-of="${section.dataset.section}"] [data-answered]`);
    if (area && place) place.textContent = answered(area);
  };

  const countDisc = (panel) => {
    const level = panel.dataset.disc;
    const row = form.querySelector(`.spine-level[data-level="${level}"]`);
    const count = answered(panel);
    row.classList.toggle("is-filled", count > 0);
    row.classList.remove("is-refused");
    row.querySelector("[data-count]").textContent = count
      ? `✓ ${count} of ${questions(panel).length}`
      : "nothing entered";
    const type = panel.querySelector(`input[name="${level}-herniation_type"]:checked`);
    row.querySelector("[data-herniation]").textContent =
      type && type.value ? panel.querySelector(`label[for="${type.id}"]`).textContent : "";
    form.querySelector("[data-discs] [data-answered]").textContent =
      form.querySelectorAll(".spine-level.is-filled").length;
  };

  let changed = false;
  const state = form.querySelector("[data-form-state]");
  form.addEventListener("input", (event) => {
    const target = event.target;
    if (target.name === "shown_level") return;
    changed = true;
    state.textContent = "Changes not saved yet";
    const panel = target.closest("[data-disc]");
    const section = target.closest("[data-section]");
    if (panel) countDisc(panel);
    else if (section) countSection(section);
  });

  /* A surgeon leaves nothing behind unasked; sending the form is no leaving. */
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });

  /* "All asked": an act of the surgeon, in plain sight, and never over an answer. */
  for (const button of form.querySelectorAll("[data-answer-no]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const section = button.closest("[data-section]");
      for (const question of questions(section)) {
        const no = question.querySelector('input[type="radio"][value="no"]');
        if (no && !isAnswered(question)) {
          no.checked = true;
          no.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }
    });
  }

  /* A click on the drawn disc, and a link to a field in a panel that is not shown. */
  const show = (level) => {
    document.getElementById(`show-${level}`).checked = true;
  };
  for (const disc of form.querySelectorAll("[data-draws]")) {
    disc.addEventListener("click", () => show(disc.dataset.draws));
  }
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const panel = target?.closest("[data-disc]");
    if (panel) {
      show(panel.dataset.disc);
      target.scrollIntoView({ block: "center" });
    }
    target?.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", follow);

  document.getElementById("errors")?.focus();
  document.getElementById("conflict")?.focus();
})();
