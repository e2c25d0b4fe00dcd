/* The case form as it is filled in: counts of each section, the rows beside the drawn
   spine, the quick "no". Without this script every question can still be answered. */
(() => {
  const form = document.getElementById("case-form");
  if (!form) return;

  const questions = (area) => [...area.querySelectorAll(".question")];
  const isAnswered = (question) =>
    [...question.querySelectorAll("input, select")].some((field) =>
      field.type === "radio" || field.type === "checkbox"
        ? field.checked && field.value !== ""
        : field.value.trim() !== "",
    );
  const isAsked = (question) => question.getClientRects().length > 0;
  const answered = (area) => questions(area).filter(isAnswered).length;

  const countSection = (section) => {
    const area = section.querySelector("[data-questions]");
    const place = form.querySelector(`[data-count-of="${section.dataset.section}"]`);
    if (!area || !place) return;
    place.querySelector("[data-answered]").textContent = answered(area);
    place.querySelector("[data-total]").textContent = questions(area).filter(isAsked).length;
  };
  /* Without an image some questions are not asked; which, the style sheet knows. */
  const countSections = () => form.querySelectorAll("[data-section]").forEach(countSection);

  const countDisc = (panel) => {
    const level = panel.dataset.disc;
    const row = form.querySelector(`.spine-level[data-level="${level}"]`);
    const count = answered(panel);
    row.classList.toggle("is-filled", count > 0);
    row.classList.remove("is-refused");
    row.querySelector("[data-count]").textContent = count
      ? `✓ ${count}/${questions(panel).length}`
      : "";
    const type = panel.querySelector(`input[name="${level}-herniation_type"]:checked`);
    const inPart = panel.querySelector(`input[name="${level}-herniation_type__one_of"]:checked`);
    row.querySelector("[data-herniation]").textContent =
      (type?.value && type.nextElementSibling.textContent) ||
      (inPart && "type known in part") ||
      (count ? "type not known" : "nothing entered");
    form.querySelector("[data-discs] [data-answered]").textContent =
      form.querySelectorAll(".spine-level.is-filled").length;
  };

  form.addEventListener("input", (event) => {
    const panel = event.target.closest("[data-disc]");
    const section = event.target.closest("[data-section]");
    if (panel) countDisc(panel);
    else if (event.target.name === "imaging_status") countSections();
    else if (section) countSection(section);
  });

  /* "All asked": an act of the surgeon, in plain sight, and never over an answer. What
     it set is listed, goes with the form, and is taken back by one click. */
  const together = form.elements.asked_together;
  const namesTogether = () => new Set(together.value.split(",").filter(Boolean));
  const choose = (name, value) => {
    const answer = form.querySelector(`input[name="${name}"][value="${value}"]`);
    answer.checked = true;
    answer.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const labelOf = (name) => {
    const legend = form.querySelector(`#id_${name} .question-label`);
    return legend ? legend.firstChild.textContent.trim() : name;
  };
  const line = form.querySelector("[data-asked-together]");
  const tellTogether = (names) => {
    together.value = [...names].join(",");
    if (!line) return;
    line.hidden = names.size === 0;
    line.querySelector("[data-count]").textContent = names.size;
    line.querySelector("[data-names]").textContent = `${[...names].map(labelOf).join(", ")}.`;
  };

  for (const button of form.querySelectorAll("[data-answer-no]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const names = namesTogether();
      for (const question of questions(button.closest("[data-section]"))) {
        const no = question.querySelector('input[type="radio"][value="no"]');
        if (no && !isAnswered(question)) {
          choose(no.name, "no");
          names.add(no.name);
        }
      }
      tellTogether(names);
    });
  }
  line?.querySelector("[data-undo]").addEventListener("click", () => {
    const names = namesTogether();
    tellTogether(new Set());
    for (const name of names) choose(name, "");
    form.querySelector("[data-answer-no]").focus();
  });
  /* One that is answered again by itself was asked by itself. */
  form.addEventListener("input", (event) => {
    const names = namesTogether();
    if (event.isTrusted && names.delete(event.target.name)) tellTogether(names);
  });
  tellTogether(namesTogether());

  /* A link of the error summary may lead into a panel that is not shown. */
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const panel = target?.closest("[data-disc]");
    if (panel) {
      document.getElementById(`show-${panel.dataset.disc}`).checked = true;
      target.scrollIntoView({ block: "center" });
    }
    target?.focus({ preventScroll: true });
  });

  if (form.querySelector("#id_imaging_status_none")?.checked) countSections();
  document.getElementById("errors")?.focus();
  document.getElementById("conflict")?.focus();
})();
